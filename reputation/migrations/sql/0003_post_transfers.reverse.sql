DROP FUNCTION post_transfers(jsonb, timestamptz);
DROP FUNCTION reputation_open_account(uuid, jsonb);
DROP FUNCTION reputation_account_id(uuid, uuid, text, text);
DROP FUNCTION reputation_entry_hash(bytea, uuid, bytea, bigint, bigint, bigint);
DROP FUNCTION reputation_content_hash(reputation_said);
DROP TYPE reputation_line;
DROP TYPE reputation_posted;
DROP TYPE reputation_said;
