// Package report prints the books: the weekly ledger (民办实事台账) as a workbook and as CSV, its sign-off, and the statistics
// with their rates. Columns, figures and sheets are tables in the code; limits, labels and formulas of rates come from the
// rule packs. It is the only user of the workbook library, which makes everything of a workbook but the rows of 台账明细, for
// these may be a million (longSheet).
//
// It changes nothing but the snapshot of a signed-off week, and asks nobody's rights: who may have the internal edition, or
// sign off, is decided by the caller.
package report
