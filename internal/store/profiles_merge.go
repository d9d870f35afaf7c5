package store

// MoveRows gives what belongs to one profile to another: its transactions,
// claims, redemptions, identities and addresses, and what it was given and has
// used up. An identity remembers where it came from, and is primary unless the
// other profile has a primary one of its handle. What is left of instances, tier
// points and counts of achievements has rows that are never changed: others move
// it.
func (t *Tenant) MoveRows(from, to string) error {
	for _, s := range []struct {
		query string
		args  []any
	}{
		{"UPDATE transactions SET profile_id = ?, updated_at = ? WHERE tenant_id = ? AND profile_id = ?",
			[]any{to, t.Now(), t.ID, from}},
		{"UPDATE redemptions SET profile_id = ? WHERE tenant_id = ? AND profile_id = ?", []any{to, t.ID, from}},
		{"UPDATE claims SET profile_id = ?, updated_at = ? WHERE tenant_id = ? AND profile_id = ?",
			[]any{to, t.Now(), t.ID, from}},
		{"UPDATE addresses SET profile_id = ?, updated_at = ? WHERE tenant_id = ? AND profile_id = ?",
			[]any{to, t.Now(), t.ID, from}},
		{`UPDATE identities SET profile_id = ?, merged_from = ?, updated_at = ?,
			is_primary = is_primary AND NOT EXISTS (SELECT 1 FROM identities w
				WHERE w.profile_id = ? AND w.handle = identities.handle AND w.is_primary)
			WHERE tenant_id = ? AND profile_id = ?`, []any{to, from, t.Now(), to, t.ID, from}},
		{"UPDATE instances SET profile_id = ? WHERE tenant_id = ? AND profile_id = ? AND value_remaining = 0",
			[]any{to, t.ID, from}},
	} {
		if _, err := t.exec(s.query, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// MoveTierPoints gives one profile's tier points to another: each of them is
// taken back with a row at the one, and repeated with a row at the other that
// counts from the same moment.
func (t *Tenant) MoveTierPoints(from, to string) error {
	const into = `INSERT INTO tier_points (tenant_id, profile_id, reverses_id, value, definition_id, issued_at, accrued_at,
		source_type, source_id, transaction_id, details, created_at) SELECT p.tenant_id, CAST(? AS TEXT), `
	const rows = `, p.definition_id, p.issued_at, p.accrued_at, p.source_type, p.source_id, p.transaction_id, p.details,
		CAST(? AS BIGINT) FROM tier_points p WHERE p.tenant_id = ? AND p.profile_id = ? AND p.reverses_id IS NULL
		AND NOT EXISTS (SELECT 1 FROM tier_points r WHERE r.reverses_id = p.id) ORDER BY p.accrued_at, p.id`
	if _, err := t.exec(into+"NULL, p.value"+rows, to, t.Now(), t.ID, from); err != nil {
		return err
	}
	_, err := t.exec(into+"p.id, -p.value"+rows, from, t.Now(), t.ID, from)
	return err
}
