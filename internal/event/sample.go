package event

import (
	"encoding/json"
	"time"

	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// The samples tell one story, so that their numbers agree: Ada Ng, a gold
// customer, buys a shirt for 149.95 in the city store.
const (
	sampleProfileID  = "0194f3a2-7c1e-7b44-9d0a-3f5e8a6b1c20"
	sampleZone       = "Australia/Melbourne"
	sampleJoined     = "2023-01-15 00:00:00"
	sampleSold       = "2026-06-15 04:32:00"
	sampleLocationID = 3
)

func sampleProfile() ProfileContext {
	joined, sold := moment(sampleJoined), moment(sampleSold)
	return ProfileContext{
		ProfileID:     sampleProfileID,
		FlattenedTags: []string{"vip"}, FlattenedStatuses: []string{"active"},
		Aggregations: sampleAggregations(),
		Profile: Profile{
			ID: sampleProfileID, ExternalID: "C-1001", ProfileType: "active", Title: "Ms",
			FirstName: "Ada", LastName: "Ng", FullName: "Ada Ng", Email: "ada@example.com", Gender: "female",
			AvatarURL: "https://cdn.example.com/ada.png", Company: "Belltower", Occupation: "Engineer", Currency: "AUD",
			MobilePhone: "0412 345 678", MobilePhoneCountry: "AU", MobilePhoneE164: "+61412345678",
			MobilePhoneNational: "0412345678", MobilePhoneNationalPrefix: "0", SecondaryPhone: "+61398765432",
			BirthDay: 15, BirthMonth: 9, BirthYear: 1985, BirthDate: scalar.NewDate(1985, time.September, 15),
			BirthDays: of(92), BirthDaysPast: of(273), NextBirthday: scalar.NewDate(2026, time.September, 15),
			JoinedAt: joined, JoinedLocationID: sampleLocationID, JoinedLocation: sampleLocation(), JoinedStaffID: 12,
			PreferredLocationID: sampleLocationID, PreferredLocation: sampleLocation(), PreferredStaffID: 12,
			Tags: []string{"vip"}, Statuses: []string{"active"}, StatusesOriginal: []ProfileStatus{},
			TierHandle: "gold", Tier: &Tier{
				ID: 2, ProfileID: sampleProfileID, Name: "Gold", Handle: "gold",
				AchievedAt: moment("2025-11-02 01:10:00"), AnniversaryAt: moment("2026-11-02 12:59:59"),
			},
			ProfileBalances: ProfileBalances{
				RewardBalance: *amount("25"), PointBalance: *amount("1500"), PointBalanceDollars: *amount("15"),
				BenefitBalance: 1, CombinedBalanceDollars: *amount("40"),
			},
			Attributes: sampleAttributes(), CustomAttributes: []CustomAttribute{{
				ID: 1, ProfileID: sampleProfileID, Namespace: "loyalty", Handle: "favourite_colour",
				Type: "string", Value: json.RawMessage(`"green"`), CreatedAt: joined, UpdatedAt: joined,
			}},
			Identities: []Identity{{
				ID: 41, Handle: "shopify", Identifier: "7781", ProfileID: sampleProfileID,
				IsPrimary: true, IsActive: true, CreatedAt: joined, UpdatedAt: joined,
			}},
			Address: &Address{
				ID: 9, ProfileID: sampleProfileID, IsDefault: true, CreatedAt: joined, UpdatedAt: joined,
				AddressLines: store.AddressLines{
					AddressLine1: "1 King St", City: "Melbourne", State: "Victoria", Postcode: "3000",
					Country: "Australia", ISO: "AU", ISOState: "VIC",
				},
			},
			Regions: []struct{}{}, Organisations: []struct{}{},
			IsCompleted: true, CreatedBy: "shopify", CreatedAt: joined, UpdatedAt: sold,
		},
	}
}

func sampleAttributes() Attributes {
	return Attributes{
		Comms: Comms{
			EmailPromo: of(true), SMSPromo: of(false), EmailVerification: "verified",
			EmailConsentUpdatedAt: moment(sampleJoined), TermsAcceptedAt: moment(sampleJoined), TermsAcceptedVersion: "2",
		},
		Appearance: Appearance{"size_top": "12", "size_shoe": "8"},
		Dates: []DateAttribute{{
			ID: 1, ProfileID: sampleProfileID, Name: "Wedding", Handle: "wedding",
			Date: scalar.NewDate(2014, time.March, 8), IsRecurring: true, Meta: json.RawMessage("{}"),
			CreatedAt: moment(sampleJoined), UpdatedAt: moment(sampleJoined),
		}},
	}
}

func sampleAggregations() Aggregations {
	city := &Place{ID: sampleLocationID, Type: "store", Name: "City store", Timezone: sampleZone, ExternalID: "M10"}
	latest := scalar.NewDate(2026, time.June, 15)
	return Aggregations{
		ProfileID: sampleProfileID, Spend12m: *amount("2450"), Spend12mNow: *amount("2450"), SpendAll: *amount("12800"),
		SpendATV12m: amount("175"), SpendATVAll: amount("160"),
		SpendFirstDate: moment("2023-01-20 02:15:00"), SpendLastDate: moment(sampleSold),
		FirstShopDate: scalar.NewDate(2023, time.January, 20), FirstShopDays: of(5),
		SecondShopDate: scalar.NewDate(2023, time.March, 2), SecondShopDays: of(41),
		PreviousShopDate: scalar.NewDate(2026, time.June, 1), LatestShopDate: latest, LatestShopDays: of(14),
		AverageShopDays: of(15), TotalShopDays: 80, AtRiskDate: latest.AddDays(45), ShopCount: 78, ShopDays: of(15),
		DiscountAvg: amount("12.5"), LatestShopSpend: amount("149.95"), LatestShopCurrency: "AUD",
		DimensionFrequency: "FH", DimensionRecency: "RC", DimensionJoin: "J3", Channel: "CF",
		StoreJoin: city, MostTransactedLocation: city, LatestTransactedLocation: city,
		MostSpendLocation: city, MostSpend12mLocation: city, TransactedLocations: []string{"M10"},
		LikelyCountry: "Australia", LikelyCountryScore: amount("1"), LikelyCountryISO: "AU",
		LikelyCountryISOScore: amount("1"), LikelyStateISO: "VIC", LikelyStateISOScore: amount("1"),
		LikelyRegion: "Melbourne", LikelyRegionScore: amount("1"), PurchasedBrands: []string{"Belltower"},
	}
}

func sampleTransaction() TransactionContext {
	profile, sold := sampleProfile(), moment(sampleSold)
	return TransactionContext{
		Profile: &profile, FlattenedTags: []string{"staff-pick"},
		Transaction: Transaction{
			ID: 1201, ExternalID: "ORDER-1", OrderNumber: "1", ProfileID: sampleProfileID,
			LocationID: sampleLocationID, Location: sampleLocation(), StaffID: "12", Staff: &TransactionStaff{ID: "12"},
			Total: *amount("149.95"), TotalOriginal: amount("179.95"), Fees: json.RawMessage("[]"), Currency: "AUD",
			CurrencyValues: []TransactionCurrency{}, TransactedAt: sold, Timezone: sampleZone, ReceiptRef: "659",
			Tags: []string{"staff-pick"}, Systems: []string{"pos"},
			Payments: json.RawMessage(`[{"type":"card","amount":149.95}]`),
			Items: []TransactionItem{{
				ID: 55, TransactionID: 1201, Name: "Shirt", Quantity: scalar.One,
				PriceCurrent: amount("179.95"), PriceSell: *amount("149.95"), PriceOriginal: amount("179.95"),
				Discounts:  []store.Discount{{Amount: *amount("30"), ReasonDesc: "Winter sale"}},
				Department: "Menswear", SKU: "A-1-M", ProductID: 7, ProductVariantID: 21,
				Product:       &ItemProduct{Title: "Shirt", Department: "Menswear", Brand: "Belltower"},
				ProductImages: json.RawMessage("[]"), Meta: json.RawMessage("{}"), CreatedAt: sold, UpdatedAt: sold,
			}},
			ReversedRedemptions: []RedemptionRef{}, TierPoints: []TierPoint{sampleTierPoint()}, CustomFields: json.RawMessage("[]"),
			Meta: json.RawMessage("{}"), CreatedAt: sold, UpdatedAt: sold,
		},
	}
}

func sampleLocation() *Location {
	at := moment(sampleJoined)
	return &Location{
		ID: sampleLocationID, Type: "store", Name: "City store", Timezone: sampleZone, ExternalID: "M10",
		IsPublished: true, NormalHours: []store.NormalHours{}, SpecialHours: []store.SpecialDay{}, Tags: []string{},
		CreatedAt: at, UpdatedAt: at,
	}
}

// moment and amount read constants of this file; a bad one is a bug that any
// use of the package shows.
func moment(s string) scalar.Time {
	t, err := scalar.ParseTime(s)
	if err != nil {
		panic(err)
	}
	return t
}

func amount(s string) *scalar.Amount {
	a, err := scalar.ParseAmount(s)
	if err != nil {
		panic(err)
	}
	return &a
}

func of[T any](v T) *T { return &v }
