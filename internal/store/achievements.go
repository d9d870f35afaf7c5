package store

import (
	"encoding/json"
	"math"

	"github.com/belfryhq/belfry/internal/scalar"
)

// Achievement is how far a profile has come in an achievement.
type Achievement struct {
	ID           int64
	ProfileID    string
	DefinitionID int64
	// Score is the sum of the counts that have not expired, CycleScore of those
	// of the cycle that began at CycleStart. Where there are no cycles CycleStart
	// is zero, and both are the same.
	Score, CycleScore scalar.Amount
	CycleStart        scalar.Time
	// Unlocked says how often each level was unlocked in the cycle.
	Unlocked []int64
	// AchievedAt is when a level was last unlocked.
	AchievedAt scalar.Time
	// AnniversaryAt is when the cycle ends.
	AnniversaryAt scalar.Time
	// ExpiresAt is the first moment at which one of the counts expires, zero when
	// none does.
	ExpiresAt scalar.Time
	CreatedAt scalar.Time
	UpdatedAt scalar.Time
}

const achievementColumns = `id, profile_id, definition_id, score, cycle_score, cycle_start, unlocked, achieved_at,
	anniversary_at, expires_at, created_at, updated_at`

func scanAchievement(a *Achievement) []any {
	return []any{
		&a.ID, &a.ProfileID, &a.DefinitionID, &a.Score, &a.CycleScore, &a.CycleStart, asJSON(&a.Unlocked), &a.AchievedAt,
		&a.AnniversaryAt, &a.ExpiresAt, &a.CreatedAt, &a.UpdatedAt,
	}
}

// InsertAchievement stores a profile's first state in an achievement, and sets
// its ID and times.
func (t *Tenant) InsertAchievement(a *Achievement) (err error) {
	a.CreatedAt = t.Now()
	a.UpdatedAt = a.CreatedAt
	a.ID, err = t.insert(`INSERT INTO achievements (tenant_id, profile_id, definition_id, score, cycle_score,
		cycle_start, unlocked, achieved_at, anniversary_at, expires_at, created_at, updated_at)
		VALUES (`+placeholders(12)+`)`,
		t.ID, a.ProfileID, a.DefinitionID, a.Score, a.CycleScore, a.CycleStart, asJSON(a.Unlocked), a.AchievedAt,
		a.AnniversaryAt, a.ExpiresAt, a.CreatedAt, a.UpdatedAt)
	return err
}

// UpdateAchievement stores a profile's new state in an achievement and sets
// UpdatedAt.
func (t *Tenant) UpdateAchievement(a *Achievement) error {
	a.UpdatedAt = t.Now()
	return t.execOne(`UPDATE achievements SET score = ?, cycle_score = ?, cycle_start = ?, unlocked = ?, achieved_at = ?,
		anniversary_at = ?, expires_at = ?, updated_at = ? WHERE tenant_id = ? AND id = ?`,
		a.Score, a.CycleScore, a.CycleStart, asJSON(a.Unlocked), a.AchievedAt, a.AnniversaryAt, a.ExpiresAt,
		a.UpdatedAt, t.ID, a.ID)
}

// Achievement reads a profile's state in one achievement.
func (t *Tenant) Achievement(profileID string, definitionID int64) (Achievement, error) {
	return single(t.Tx, scanAchievement, "SELECT "+achievementColumns+` FROM achievements
		WHERE tenant_id = ? AND profile_id = ? AND definition_id = ?`, t.ID, profileID, definitionID)
}

// AchievementsOf reads a profile's state in every achievement that it has counts
// in, in the order of the definitions.
func (t *Tenant) AchievementsOf(profileID string) ([]Achievement, error) {
	return collect(t.Tx, scanAchievement, "SELECT "+achievementColumns+` FROM achievements
		WHERE tenant_id = ? AND profile_id = ? ORDER BY definition_id`, t.ID, profileID)
}

// AchievementCount is one count towards an achievement. It is never changed nor
// deleted.
type AchievementCount struct {
	ID           int64
	ProfileID    string
	DefinitionID int64
	// Count is negative where a merge took it to another profile.
	Count    scalar.Amount
	IssuedAt scalar.Time
	// ExpiresAt is when it ceases to be part of the score; zero for never.
	ExpiresAt  scalar.Time
	ExternalID scalar.Text
	// SourceType and SourceID say what gave it: api, reaction, transaction, …, and
	// which one.
	SourceType, SourceID scalar.Text
	// Details is JSON, nil when nothing came with it.
	Details   json.RawMessage
	CreatedAt scalar.Time
}

// InsertAchievementCount stores a count and sets its ID and CreatedAt.
func (t *Tenant) InsertAchievementCount(c *AchievementCount) (err error) {
	c.CreatedAt = t.Now()
	c.ID, err = t.insert(`INSERT INTO achievement_counts (tenant_id, profile_id, definition_id, count, issued_at,
		expires_at, external_id, source_type, source_id, details, created_at) VALUES (`+placeholders(11)+`)`,
		t.ID, c.ProfileID, c.DefinitionID, c.Count, c.IssuedAt, c.ExpiresAt, c.ExternalID, c.SourceType, c.SourceID,
		rawJSON(&c.Details), c.CreatedAt)
	return err
}

// AchievementCounts reads a profile's counts towards an achievement, in the
// order in which they were recorded.
func (t *Tenant) AchievementCounts(profileID string, definitionID int64) ([]AchievementCount, error) {
	return collect(t.Tx, func(c *AchievementCount) []any {
		return []any{
			&c.ID, &c.ProfileID, &c.DefinitionID, &c.Count, &c.IssuedAt, &c.ExpiresAt, &c.ExternalID, &c.SourceType,
			&c.SourceID, rawJSON(&c.Details), &c.CreatedAt,
		}
	}, `SELECT id, profile_id, definition_id, count, issued_at, expires_at, external_id, source_type, source_id, details,
		created_at FROM achievement_counts WHERE tenant_id = ? AND profile_id = ? AND definition_id = ? ORDER BY id`,
		t.ID, profileID, definitionID)
}

// AchievementScore is what a profile's counts come to.
type AchievementScore struct {
	// Score is the sum of all, Cycle of those issued since a moment.
	Score, Cycle scalar.Amount
	// ExpiresAt is when the next of them expires; zero when none does.
	ExpiresAt scalar.Time
}

// SumAchievement adds up a profile's counts that have not expired now. since is
// the start of the cycle.
func (t *Tenant) SumAchievement(profileID string, definitionID int64, since, now scalar.Time) (s AchievementScore, err error) {
	err = t.get([]any{&s.Score, &s.Cycle, &s.ExpiresAt}, `SELECT CAST(coalesce(sum(count), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN issued_at >= ? THEN count ELSE 0 END), 0) AS BIGINT), min(expires_at)
		FROM achievement_counts WHERE tenant_id = ? AND profile_id = ? AND definition_id = ?
		AND (expires_at IS NULL OR expires_at > ?)`, sinceColumn(since), t.ID, profileID, definitionID, now)
	return s, err
}

// sinceColumn has the zero time be before every other.
func sinceColumn(since scalar.Time) any {
	if since.IsZero() {
		return int64(math.MinInt64)
	}
	return since
}

// MoveAchievementCounts gives one profile's counts to another: each of them is
// taken back with a row at the one, and repeated with a row at the other.
func (t *Tenant) MoveAchievementCounts(from, to string) error {
	const move = `INSERT INTO achievement_counts (tenant_id, profile_id, definition_id, count, issued_at, expires_at,
		source_type, source_id, details, created_at)
		SELECT tenant_id, CAST(? AS TEXT), definition_id, `
	const rows = `, issued_at, expires_at, source_type, source_id, details, CAST(? AS BIGINT) FROM achievement_counts
		WHERE tenant_id = ? AND profile_id = ? ORDER BY id`
	if _, err := t.exec(move+"count"+rows, to, t.Now(), t.ID, from); err != nil {
		return err
	}
	_, err := t.exec(move+"-count"+rows, from, t.Now(), t.ID, from)
	return err
}
