DROP FUNCTION post_transfers(jsonb);
DROP FUNCTION reputation_account_id(uuid, uuid, text, text);
DROP TYPE reputation_moved;
DROP TYPE reputation_line;
DROP TYPE reputation_side;
DROP FUNCTION reputation_entry_hash(bytea, uuid, bytea, bigint, bigint, bigint);
DROP FUNCTION reputation_content_hash(
    uuid, text, text, uuid, integer, text, uuid, text, bigint, integer, jsonb, timestamptz, timestamptz, uuid, text,
    uuid, text, uuid
);
