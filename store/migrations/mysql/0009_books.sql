-- +goose Up
-- issues: all that the statistics count by stands in one index in the order of reporting, so that they read neither the matters' texts
-- nor more than the period; the weekly ledger finds what is open by it
ALTER TABLE issues DROP INDEX ix_issues_reported, DROP INDEX ix_issues_status,
    ADD INDEX ix_issues_tally (reported_at, unit_id, agency, category, status, solved, satisfaction, reopened, returned, accepted_at, assigned_at,
        signed_at, resolved_at, closed_at, due_at);
-- messages: counted by the index that is there anyway, not by reading them
ALTER TABLE messages DROP INDEX ix_messages_conversation, ADD INDEX ix_messages_conversation (conversation_id, id, sent_at, kind);

-- +goose Down
ALTER TABLE messages DROP INDEX ix_messages_conversation, ADD INDEX ix_messages_conversation (conversation_id, id);
ALTER TABLE issues DROP INDEX ix_issues_tally, ADD INDEX ix_issues_reported (reported_at), ADD INDEX ix_issues_status (status);
