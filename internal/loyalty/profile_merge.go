package loyalty

import (
	"errors"
	"fmt"
	"strings"

	"github.com/belfryhq/belfry/internal/event"
	"github.com/belfryhq/belfry/internal/scalar"
	"github.com/belfryhq/belfry/internal/store"
)

// MergeInput names two profiles of one person.
type MergeInput struct {
	// SourceProfileID is the profile that ceases to be.
	SourceProfileID scalar.Text `json:"source_profile_id" required:"true" doc:"the profile that is merged, and then deleted"`
	// DestinationProfileID is the profile that remains.
	DestinationProfileID scalar.Text `json:"destination_profile_id" required:"true" doc:"the profile that remains"`
}

// MergeProfiles gives everything that one profile has to another, and deletes
// it. What the other says of itself stays, and its gaps are filled. Its balances
// are the sums of both, a debt of the one is made up for by points of the other,
// it keeps the higher of the two tiers, and its tier and achievements follow from
// the points and counts of both: what they lead to together is given.
// profile.merged tells of it.
func MergeProfiles(t *store.Tenant, in MergeInput) (event.Profile, error) {
	return mergeProfiles(t, mergeKey(in.SourceProfileID), mergeKey(in.DestinationProfileID), mergeFields{
		"source_profile_id", "destination_profile_id",
	})
}

// MergeInto is MergeProfiles for a profile that is known by its path: where it is
// not there a NotFoundError says so.
func MergeInto(t *store.Tenant, id string, loser scalar.Text) (event.Profile, error) {
	id = mergeKey(scalar.Text(id))
	if _, _, err := t.AggregationsOf(id); err != nil {
		return event.Profile{}, missing(err, "profile", id)
	}
	return mergeProfiles(t, mergeKey(loser), id, mergeFields{"loser_id", "profile_id"})
}

// mergeFields are the names of the two profiles in the request.
type mergeFields struct{ from, to string }

func mergeProfiles(t *store.Tenant, from, to string, names mergeFields) (event.Profile, error) {
	var invalid InvalidError
	if from == "" {
		invalid.Add(names.from, "The %s field is required.", label(names.from))
	}
	if to == "" {
		invalid.Add(names.to, "The %s field is required.", label(names.to))
	}
	if from == to && from != "" {
		invalid.Add(names.from, "A profile cannot be merged into itself.")
	}
	if err := invalid.Err(); err != nil {
		return event.Profile{}, err
	}
	m, err := openMerge(t, from, to, names)
	if err != nil {
		return event.Profile{}, err
	}
	if err := m.run(); err != nil {
		return event.Profile{}, err
	}
	return ReadProfile(t, to)
}

func mergeKey(id scalar.Text) string { return strings.ToLower(strings.TrimSpace(string(id))) }

// merge is a merge on its way.
type merge struct {
	t *store.Tenant
	// from is the account of the profile that ceases to be, to that of the other.
	from, to *account
	// merged is what from said of itself.
	merged *profileView
	// achievements are the states that from had.
	achievements []store.Achievement
}

// openMerge locks both profiles, always in the order of their ids: two merges in
// opposite directions do not wait for each other.
func openMerge(t *store.Tenant, from, to string, names mergeFields) (*merge, error) {
	for _, id := range []string{min(from, to), max(from, to)} {
		if err := t.LockProfile(id); err != nil {
			return nil, fmt.Errorf("lock profile: %w", err)
		}
	}
	m := &merge{t: t}
	var err error
	if m.to, err = openToMerge(t, to, names.to); err != nil {
		return nil, err
	}
	if m.from, err = openToMerge(t, from, names.from); err != nil {
		return nil, err
	}
	if m.merged, err = readProfile(t, from); err != nil {
		return nil, err
	}
	m.achievements, err = t.AchievementsOf(from)
	if err != nil {
		return nil, fmt.Errorf("read achievements: %w", err)
	}
	return m, nil
}

// openToMerge opens an account and tells of what had fallen due of it.
func openToMerge(t *store.Tenant, id, field string) (*account, error) {
	a, err := openAccount(t, id)
	if isNotFound(err) {
		return nil, Invalid(field, "The selected %s is invalid.", label(field))
	}
	if err != nil {
		return nil, err
	}
	return a, a.save()
}

func (m *merge) run() error {
	if err := m.moveInstances(); err != nil {
		return err
	}
	if err := m.moveRows(); err != nil {
		return err
	}
	if err := m.uniteProfiles(); err != nil {
		return err
	}
	m.tell()
	if err := m.uniteTiers(); err != nil {
		return err
	}
	if err := m.uniteAchievements(); err != nil {
		return err
	}
	if err := m.to.recover(cause{}); err != nil {
		return err
	}
	if err := m.to.schedule(); err != nil {
		return err
	}
	return m.to.save()
}

// moveInstances gives what is left to the other profile: the ledger takes each
// from the one and adds it to the other. What was used up moves with the rows.
func (m *merge) moveInstances() error {
	all, err := m.from.remaining()
	if err != nil {
		return err
	}
	for i := range all {
		moved := &all[i]
		m.from.enter(moved, store.Move, -moved.ValueRemaining, cause{})
		m.to.enter(moved, store.Move, moved.ValueRemaining, cause{})
		moved.ProfileID = m.to.rec.ProfileID
		if err := m.to.keep(moved); err != nil {
			return err
		}
	}
	return m.from.save()
}

// moveRows gives everything else to the other profile, and deletes the one.
func (m *merge) moveRows() error {
	from, to := m.from.rec.ProfileID, m.to.rec.ProfileID
	if err := m.t.MoveRows(from, to); err != nil {
		return fmt.Errorf("move rows: %w", err)
	}
	if err := m.t.MoveTierPoints(from, to); err != nil {
		return fmt.Errorf("move tier points: %w", err)
	}
	if err := m.t.MoveAchievementCounts(from, to); err != nil {
		return fmt.Errorf("move counts: %w", err)
	}
	if err := m.t.DeleteProfile(from); err != nil {
		return fmt.Errorf("delete merged profile: %w", err)
	}
	return nil
}

// uniteProfiles stores what both say of themselves, and the aggregations of all
// their sales.
func (m *merge) uniteProfiles() error {
	v, err := readProfile(m.t, m.to.rec.ProfileID)
	if err != nil {
		return err
	}
	c := &profileChange{profileView: *v, t: m.t, before: v.rec, touched: true}
	c.defaultAt = max(0, c.addressAt(int64(c.rec.AddressID)))
	if err := c.unite(m.merged); err != nil {
		return err
	}
	if err := c.save(); err != nil {
		return err
	}
	sums, err := newAggregator(m.t)
	if err != nil {
		return err
	}
	joining := store.Joining{At: c.rec.JoinedAt, LocationID: c.rec.JoinedLocationID}
	aggregations, err := sums.store(c.rec.ID, joining)
	if err != nil {
		return err
	}
	view, err := readProfileContext(m.t, c.rec.ID)
	if err != nil {
		return err
	}
	view.rec.Account = *m.to.rec // not stored yet
	m.to.profile, m.to.rec, m.to.aggregations = view, &view.rec.Account, &aggregations
	return nil
}

// uniteTiers keeps the higher of the two tiers, as it was held. When it is saved,
// the account finds out by itself whether the tier points of both lead to a
// higher one still.
func (m *merge) uniteTiers() error {
	a, next := m.to, m.from.rec.Tier
	a.climbs = true
	d := a.programme.tier(next.ID)
	if next.ID == 0 || d == nil || !above(d, a.programme.tier(a.rec.Tier.ID)) {
		return a.scheduleTier(a.now)
	}
	total, err := a.tierTotal(a.now)
	if err != nil {
		return err
	}
	next.PreviousID = a.rec.Tier.ID
	return a.moveTier(next, store.TierAchieved, event.TierAchieved, total, a.now)
}

// uniteAchievements has the other profile go on from the counts of both. What
// either of them unlocked in the present cycle was given already.
func (m *merge) uniteAchievements() error {
	for i := range m.achievements {
		own := m.achievements[i]
		d := m.to.programme.achievements[own.DefinitionID]
		s, err := m.t.Achievement(m.to.rec.ProfileID, own.DefinitionID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			own.ID, own.ProfileID = 0, m.to.rec.ProfileID
			s = own
		case err != nil:
			return fmt.Errorf("read achievement: %w", err)
		default:
			s = uniteAchievement(s, own, m.to.now)
		}
		if err := sumCounts(m.t, &s); err != nil {
			return err
		}
		told := event.AchievementContext{
			ProfileID: s.ProfileID, Definition: achievementRef(d), PreviousScore: s.Score, IssuedAt: m.to.now,
			SourceType: "merge", SourceID: scalar.Text(m.from.rec.ProfileID), Meta: orJSON(nil, "{}"),
		}
		if err := m.to.unlock(d, &s, told); err != nil {
			return err
		}
	}
	return nil
}

// tell has profile.merged be the first event, with the profile as the merge
// leaves it.
func (m *merge) tell() {
	gone := m.merged.resource()
	short := event.MergedProfile{
		ID: gone.ID, ExternalID: gone.ExternalID, ProfileType: gone.ProfileType, FirstName: gone.FirstName,
		LastName: gone.LastName, FullName: gone.FullName, Email: gone.Email, MobilePhone: gone.MobilePhone,
		JoinedAt: gone.JoinedAt, CreatedAt: gone.CreatedAt,
	}
	m.to.tell(event.ProfileMerged, m.to.rec.ProfileID, func(p *event.ProfileContext) any {
		return event.MergedContext{ProfileContext: *p, MergedProfileID: gone.ID, MergedProfile: short}
	})
}
