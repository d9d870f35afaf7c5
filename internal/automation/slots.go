package automation

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/belfryhq/belfry/internal/problem"
)

// cities are those of slots, by their country and code, with their zones.
var cities = map[string]string{
	"AU-ADL": "Australia/Adelaide", "AU-BNE": "Australia/Brisbane", "AU-CBR": "Australia/Sydney",
	"AU-DRW": "Australia/Darwin", "AU-HBA": "Australia/Hobart", "AU-MEL": "Australia/Melbourne",
	"AU-PER": "Australia/Perth", "AU-SYD": "Australia/Sydney",
	"NZ-AUK": "Pacific/Auckland", "NZ-CHC": "Pacific/Auckland", "NZ-WLG": "Pacific/Auckland",
	"CN-SHA": "Asia/Shanghai", "HK-HKG": "Asia/Hong_Kong", "JP-TYO": "Asia/Tokyo", "SG-SIN": "Asia/Singapore",
	"DE-BER": "Europe/Berlin", "FR-PAR": "Europe/Paris", "GB-LON": "Europe/London", "IE-DUB": "Europe/Dublin",
	"CA-TOR": "America/Toronto", "CA-VAN": "America/Vancouver", "US-CHI": "America/Chicago",
	"US-LAX": "America/Los_Angeles", "US-NYC": "America/New_York",
}

var slotForm = regexp.MustCompile(`^([A-Z]{2}-[A-Z]{3})-(?:HOURLY-)?([0-9]{1,2})$`)

// readSlot returns the zone and the hour of a slot such as AU-MEL-9, or
// AU-MEL-HOURLY-9, as Omneo's API v3 names the hours of a city's day.
func readSlot(bad *problem.Invalid, slot string) (zone string, hour int) {
	m := slotForm.FindStringSubmatch(strings.ToUpper(slot))
	if m == nil {
		bad.Add("slot", "The slot %q is not of a city and an hour, such as AU-MEL-9.", slot)
		return "", 0
	}
	zone, ok := cities[m[1]]
	if !ok {
		bad.Add("slot", "The slot %q is of an unknown city; there are %s. A schedule with a timezone can be of any.",
			slot, strings.Join(slices.Sorted(maps.Keys(cities)), ", "))
	}
	if hour, _ = strconv.Atoi(m[2]); hour > 23 {
		bad.Add("slot", "The slot %q is of an hour that is not from 0 to 23.", slot)
	}
	return zone, hour
}
