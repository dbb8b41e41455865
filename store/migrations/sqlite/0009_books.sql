-- +goose Up
-- issues: all that the statistics count by stands in one index in the order of reporting, so that they read neither the matters' texts
-- nor more than the period; the weekly ledger finds what is open by it
DROP INDEX ix_issues_reported;
DROP INDEX ix_issues_status;
CREATE INDEX ix_issues_tally ON issues (reported_at, unit_id, agency, category, status, solved, satisfaction, reopened, returned, accepted_at, assigned_at,
    signed_at, resolved_at, closed_at, due_at);
-- messages: counted by the index that is there anyway, not by reading them
DROP INDEX ix_messages_conversation;
CREATE INDEX ix_messages_conversation ON messages (conversation_id, id, sent_at, kind);

-- +goose Down
DROP INDEX ix_messages_conversation;
CREATE INDEX ix_messages_conversation ON messages (conversation_id, id);
DROP INDEX ix_issues_tally;
CREATE INDEX ix_issues_reported ON issues (reported_at);
CREATE INDEX ix_issues_status ON issues (status);
