package loyalty

import "time"

// batchSize and batchTime bound what one transaction of a worker does: on SQLite
// nobody else writes meanwhile. The piece of work under way when the time is over
// is the last.
const (
	batchSize = 64
	batchTime = 50 * time.Millisecond
)
