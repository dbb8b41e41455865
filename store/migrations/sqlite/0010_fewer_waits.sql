-- +goose Up
-- conversations: what every message of a conversation needs comes with the row that its batch locks
ALTER TABLE conversations ADD COLUMN unit_id INTEGER NULL;
ALTER TABLE conversations ADD COLUMN ballot_id INTEGER NULL;
UPDATE conversations SET unit_id = (SELECT g.unit_id FROM chat_groups g WHERE g.channel = conversations.channel AND g.ext_id = conversations.ext_id)
    WHERE kind = 'g';
UPDATE conversations SET ballot_id = (SELECT MAX(b.id) FROM ballots b WHERE b.conversation_id = conversations.id AND b.state = 'open');

-- audit_entries: the unit; the chain is one that the writing transaction had to itself, so that none waits for another
ALTER TABLE audit_entries ADD COLUMN unit_id INTEGER NOT NULL DEFAULT 0;

-- issues: a report is compared with the newest of its unit, kind and category, and reads no others
DROP INDEX ix_issues_unit_reported;
CREATE INDEX ix_issues_alike ON issues (unit_id, category, kind, reported_at);

-- +goose Down
DROP INDEX ix_issues_alike;
CREATE INDEX ix_issues_unit_reported ON issues (unit_id, reported_at);
ALTER TABLE audit_entries DROP COLUMN unit_id;
ALTER TABLE conversations DROP COLUMN unit_id;
ALTER TABLE conversations DROP COLUMN ballot_id;
