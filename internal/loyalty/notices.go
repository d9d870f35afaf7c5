package loyalty

import (
	"time"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// planNotices decides which notices of an instance are given, and when, as its
// definition says. It is called when an instance is made, before it is stored,
// and returns the target that the event of the issue itself is sent to; 0 when
// there is none, or when an offset moves that notice to a later moment.
func (p *programme) planNotices(i *store.Instance, n event.Notices) (issueTarget scalar.Int) {
	d := &i.Details
	switch {
	case n.NotifyIssueOffsetDays != 0 || n.NotifyIssueOffsetHour != nil:
		d.NotifyIssueAt = noticeAfter(i.IssuedAt, int(n.NotifyIssueOffsetDays), n.NotifyIssueOffsetHour, p.zoneOf(i))
	case n.IssueTargetID != 0:
		issueTarget, d.HasNotifiedIssue = n.IssueTargetID, true
	}
	p.planReminder(i, n, i.IssuedAt)
	return issueTarget
}

// planReminder decides anew when the reminder of an instance's expiry is given:
// never, where its moment does not lie after now.
func (p *programme) planReminder(i *store.Instance, n event.Notices, now scalar.Time) {
	d := &i.Details
	d.NotifyExpiryAt = scalar.Time{}
	wanted := n.NotifyRemindOffsetDays != 0 || n.NotifyRemindOffsetHour != nil || remindTarget(n) != 0
	if !wanted || i.ExpiresAt.IsZero() {
		return
	}
	at := noticeBefore(i.ExpiresAt, int(n.NotifyRemindOffsetDays), n.NotifyRemindOffsetHour, p.zoneOf(i))
	if at.After(now.Time) && at.Before(i.ExpiresAt.Time) {
		d.NotifyExpiryAt, d.HasNotifiedExpiry = at, false
	}
}

// noticeAfter moves a moment by days, and on to the next time that the hour
// strikes.
func noticeAfter(from scalar.Time, days int, hour *int64, zone *time.Location) scalar.Time {
	at := from.In(zone).AddDate(0, 0, days)
	if hour == nil {
		return wholeSecond(at)
	}
	struck := atHour(at, 0, *hour)
	if struck.Before(at) {
		struck = atHour(at, 1, *hour)
	}
	return wholeSecond(struck)
}

// noticeBefore moves a moment back by days, and on that day to the hour, or to
// that of the day before when it has not struck by then.
func noticeBefore(to scalar.Time, days int, hour *int64, zone *time.Location) scalar.Time {
	at := to.In(zone).AddDate(0, 0, -days)
	if hour == nil {
		return wholeSecond(at)
	}
	struck := atHour(at, 0, *hour)
	if !struck.Before(to.Time) {
		struck = atHour(at, -1, *hour)
	}
	return wholeSecond(struck)
}

func atHour(day time.Time, days int, hour int64) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+days, int(hour), 0, 0, 0, day.Location())
}

// wholeSecond drops what an instance's details do not keep of a moment.
func wholeSecond(t time.Time) scalar.Time { return scalar.At(t.Truncate(time.Second)) }

// zoneOf is the zone of an instance, the tenant's where it has none.
func (p *programme) zoneOf(i *store.Instance) *time.Location {
	zone, err := loadZone(string(i.Timezone))
	if err != nil {
		return p.zone
	}
	return zone
}
