// Package crash holds the test that kills the real server at random instants
// under load and shows that nothing is lost and nothing done twice. It has no
// code of its own.
package crash
