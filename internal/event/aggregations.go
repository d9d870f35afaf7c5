package event

import "github.com/belfryhq/belfry/internal/scalar"

// Aggregations are the facts about a profile that follow from its transactions.
// All spend is net: returns and voids are subtracted. Amounts have two decimals.
// A profile that never shopped has 0 for sums and counts, null for dates, days
// and averages. The names are those of Omneo API v3.
type Aggregations struct {
	ProfileID string `json:"profile_id"`

	// Spend12m ends at the latest shop date, Spend12mNow today.
	Spend12m    scalar.Amount `json:"spend_12m"`
	Spend12mNow scalar.Amount `json:"spend_12m_now"`
	SpendAll    scalar.Amount `json:"spend_all"`
	// SpendATV12m and SpendATVAll are the average net value of a transaction.
	SpendATV12m *scalar.Amount `json:"spend_atv_12m"`
	SpendATVAll *scalar.Amount `json:"spend_atv_all"`
	// SpendFirstDate and SpendLastDate are the first and the latest transaction.
	SpendFirstDate scalar.Time `json:"spend_first_date"`
	SpendLastDate  scalar.Time `json:"spend_last_date"`

	// Shop dates are calendar days where the transaction took place.
	FirstShopDate    scalar.Date `json:"first_shop_date"`
	FirstShopDays    *int        `json:"first_shop_days"`
	SecondShopDate   scalar.Date `json:"second_shop_date"`
	SecondShopDays   *int        `json:"second_shop_days"`
	PreviousShopDate scalar.Date `json:"previous_shop_date"`
	LatestShopDate   scalar.Date `json:"latest_shop_date"`
	LatestShopDays   *int        `json:"latest_shop_days"`
	// AverageShopDays is the time from the first to the latest shop date divided
	// by the number of shop dates, from the third one on.
	AverageShopDays *int `json:"average_shop_days"`
	TotalShopDays   int  `json:"total_shop_days"`
	// AtRiskDate is AverageShopDays three times after LatestShopDate.
	AtRiskDate scalar.Date `json:"at_risk_date"`
	// ShopCount counts the shop dates with a net above zero.
	ShopCount int `json:"shop_count"`
	// ShopDays is the average number of days from one shop date to the next.
	ShopDays *int `json:"shop_days"`

	DiscountAvg        *scalar.Amount `json:"discount_avg"`
	LatestShopSpend    *scalar.Amount `json:"latest_shop_spend"`
	LatestShopCurrency scalar.Text    `json:"latest_shop_currency"`

	// DimensionFrequency is F0, F1, F2, FL or FH; DimensionRecency RO, RC, RS,
	// RA, RI, RL or RR; DimensionJoin JN, JC, J1, J2, ….
	DimensionFrequency string `json:"dimension_frequency"`
	DimensionRecency   string `json:"dimension_recency"`
	DimensionJoin      string `json:"dimension_join"`
	// Channel is CF (shops only), CO (online only) or CM (both).
	Channel scalar.Text `json:"channel"`

	StoreJoin                *Place `json:"store_join"`
	MostTransactedLocation   *Place `json:"most_transacted_location"`
	LatestTransactedLocation *Place `json:"latest_transacted_location"`
	MostSpendLocation        *Place `json:"most_spend_location"`
	MostSpend12mLocation     *Place `json:"most_spend_12m_location"`
	// TransactedLocations holds the external ids (the ids of those that have
	// none) in the order in which they were first shopped at.
	TransactedLocations []string `json:"transacted_locations"`

	// The likely values are those of the addresses of most transactions; a score
	// is their share of the transactions whose location tells, 0 to 1.
	LikelyCountry         scalar.Text    `json:"likely_country"`
	LikelyCountryScore    *scalar.Amount `json:"likely_country_score"`
	LikelyCountryISO      scalar.Text    `json:"likely_country_iso"`
	LikelyCountryISOScore *scalar.Amount `json:"likely_country_iso_score"`
	LikelyStateISO        scalar.Text    `json:"likely_state_iso"`
	LikelyStateISOScore   *scalar.Amount `json:"likely_state_iso_score"`
	LikelyRegion          scalar.Text    `json:"likely_region"`
	LikelyRegionScore     *scalar.Amount `json:"likely_region_score"`

	// PurchasedBrands holds the brands bought and not all returned, in order.
	PurchasedBrands []string `json:"purchased_brands"`

	// Former statuses and referrals are not kept: TopHistoricStatus is null,
	// TotalReferred 0.
	TopHistoricStatus *struct{} `json:"top_historic_status"`
	TotalReferred     int       `json:"total_referred"`
}
