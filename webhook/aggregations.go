package webhook

// Aggregations sum up what a profile bought. All spend is net: returns and exchanges subtract. Definitions follow Omneo's
// profile aggregations. Counts of days are whole days; nil means not computable yet.
type Aggregations struct {
	ProfileID string `json:"profile_id"`

	Spend12M       Amount  `json:"spend_12m"`     // the 12 months that end at the latest transaction
	Spend12MNow    Amount  `json:"spend_12m_now"` // the 12 months that end today
	SpendAll       Amount  `json:"spend_all"`
	SpendATV12M    *Amount `json:"spend_atv_12m"` // average transaction value
	SpendATVAll    *Amount `json:"spend_atv_all"`
	SpendFirstDate Time    `json:"spend_first_date"` // the first transaction
	SpendLastDate  Time    `json:"spend_last_date"`  // the latest one
	DiscountAvg    *Amount `json:"discount_avg"`

	FirstShopDate    Time   `json:"first_shop_date"`
	FirstShopDays    *int64 `json:"first_shop_days"` // since joining; 0 is the same day
	SecondShopDate   Time   `json:"second_shop_date"`
	SecondShopDays   *int64 `json:"second_shop_days"` // since the first, at least 1
	PreviousShopDate Time   `json:"previous_shop_date"`
	LatestShopDate   Time   `json:"latest_shop_date"`
	LatestShopDays   *int64 `json:"latest_shop_days"`  // since the previous, at least 1
	AverageShopDays  *int64 `json:"average_shop_days"` // from the third shop on
	TotalShopDays    int64  `json:"total_shop_days"`   // distinct dates with a transaction
	AtRiskDate       Time   `json:"at_risk_date"`      // latest_shop_date + 3 × average_shop_days
	ShopCount        int64  `json:"shop_count"`        // distinct dates with a positive net
	ShopDays         *int64 `json:"shop_days"`         // average days between shops

	LatestShopSpend    *Amount `json:"latest_shop_spend"`
	LatestShopCurrency string  `json:"latest_shop_currency"`

	DimensionFrequency string `json:"dimension_frequency"` // F0, F1, F2, FL, FH
	DimensionRecency   string `json:"dimension_recency"`   // RO, RC, RS, RA, RI, RL, RR
	DimensionJoin      string `json:"dimension_join"`      // JN, JC, J1, J2, …
	Channel            string `json:"channel"`             // CF store only, CO online only, CM both

	StoreJoin                *Location `json:"store_join"`
	MostTransactedLocation   *Location `json:"most_transacted_location"`
	LatestTransactedLocation *Location `json:"latest_transacted_location"`
	MostSpendLocation        *Location `json:"most_spend_location"`
	MostSpend12MLocation     *Location `json:"most_spend_12m_location"`
	TransactedLocations      []string  `json:"transacted_locations"`

	LikelyCountry         string   `json:"likely_country"`
	LikelyCountryScore    *float64 `json:"likely_country_score"`
	LikelyCountryISO      string   `json:"likely_country_iso"`
	LikelyCountryISOScore *float64 `json:"likely_country_iso_score"`
	LikelyStateISO        string   `json:"likely_state_iso"`
	LikelyStateISOScore   *float64 `json:"likely_state_iso_score"`
	LikelyRegion          string   `json:"likely_region"`
	LikelyRegionScore     *float64 `json:"likely_region_score"`

	PurchasedBrands   []string `json:"purchased_brands"`
	TopHistoricStatus *Status  `json:"top_historic_status"`
	TotalReferred     *int64   `json:"total_referred"`

	CreatedAt Time `json:"created_at"`
	UpdatedAt Time `json:"updated_at"`
}
