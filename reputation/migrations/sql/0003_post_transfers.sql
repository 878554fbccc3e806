-- The one way rows enter the ledger.

-- Everything a transfer says, as one hash; both the posting and verify_ledger compute it, so no stored column can
-- change unseen. Times go in as microseconds: their text depends on the session's time zone.
CREATE FUNCTION reputation_content_hash(
    id uuid, reason text, source_kind text, source_id uuid, sequence integer, idempotency_key text, guild_id uuid,
    unit text, amount bigint, policy_version integer, arithmetic jsonb, effective_at timestamptz,
    posted_at timestamptz, reverses_id uuid, source_account text, source_subject uuid, target_account text,
    target_subject uuid
) RETURNS bytea LANGUAGE sql STABLE
RETURN sha256(convert_to(jsonb_build_array(
    id, reason, source_kind, source_id, sequence, idempotency_key, guild_id, unit, amount, policy_version,
    arithmetic, (extract(epoch FROM effective_at) * 1000000)::bigint,
    (extract(epoch FROM posted_at) * 1000000)::bigint, reverses_id, source_account, source_subject, target_account,
    target_subject
)::text, 'UTF8'));

-- A person's entry chained to the one before it; the first hangs on the account's own id, so that two accounts'
-- chains can't be exchanged.
CREATE FUNCTION reputation_entry_hash(
    previous bytea, account_id uuid, content_hash bytea, amount bigint, balance bigint, version bigint
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(
    coalesce(previous, uuid_send(account_id)) || content_hash
    || int8send(amount) || int8send(balance) || int8send(version)
);

-- One side of a transfer on its way into the ledger.
CREATE TYPE reputation_side AS (
    ordinal bigint, transfer_id uuid, content_hash bytea, guild_id uuid, subject_id uuid, kind text, unit text,
    account_id uuid, amount bigint
);
-- One entry about to be written.
CREATE TYPE reputation_line AS (
    ordinal bigint, transfer_id uuid, account_id uuid, amount bigint, balance bigint, version bigint, hash bytea
);
-- One person's account after all entries of a call.
CREATE TYPE reputation_moved AS (
    account_id uuid, version_before bigint, balance bigint, version bigint, last_hash bytea
);

-- The account of that name, or null. Two look-ups, because an index serves "= subject" and "IS NULL" but not both
-- in one condition.
CREATE FUNCTION reputation_account_id(guild uuid, subject uuid, kind text, unit text) RETURNS uuid LANGUAGE sql STABLE
RETURN CASE
    WHEN $2 IS NULL THEN (SELECT a.id FROM public.reputation_account a
        WHERE a.guild_id = $1 AND a.subject_id IS NULL AND a.kind = $3 AND a.unit = $4)
    ELSE (SELECT a.id FROM public.reputation_account a
        WHERE a.guild_id = $1 AND a.subject_id = $2 AND a.kind = $3 AND a.unit = $4)
END;

-- Post an array of transfers, all or none. Each request is an object with
--   id, idempotency_key, reason, source_kind, source_id, sequence, guild, unit, amount, policy_version, arithmetic,
--   effective_at (null: now), now, source_account, source_subject, target_account, target_subject.
-- Returns a row (ordinal from 1, id of the transfer in the ledger) for each request that had been posted before.
-- Errors: GH101 key used for a different request, GH102 source posted before under another key, GH103 an account
-- would leave its side of zero, GH105 an account changed under the lock (never seen).
-- Locks: transfers in order of their keys, missing accounts in order of their names, then people's accounts in
-- order of their ids. A guild's accounts are never locked.
CREATE FUNCTION post_transfers(requests jsonb) RETURNS TABLE (ordinal bigint, transfer_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asked_count integer := jsonb_array_length(requests);
    sides reputation_side[];
    side record;
    refused record;
    lines reputation_line[] := '{}';
    moved reputation_moved[] := '{}';
    current reputation_moved;
    updated integer;
BEGIN
    -- Without a conflict target, so that a repeated source is met here too and named below.
    WITH asked AS MATERIALIZED (
        SELECT e.ordinal, sha256(convert_to((e.request - 'id' - 'now')::text, 'UTF8')) AS request_hash, q.*
        FROM jsonb_array_elements(requests) WITH ORDINALITY AS e (request, ordinal),
            jsonb_to_record(e.request) AS q (
                id uuid, idempotency_key text, reason text, source_kind text, source_id uuid, sequence integer,
                guild uuid, unit text, amount bigint, policy_version integer, arithmetic jsonb,
                effective_at timestamptz, now timestamptz, source_account text, source_subject uuid,
                target_account text, target_subject uuid
            )
    ), posted AS (
        INSERT INTO reputation_transfer (
            id, idempotency_key, reason, source_kind, source_id, sequence, guild_id, unit, amount, policy_version,
            arithmetic, effective_at, posted_at, request_hash, content_hash
        )
        SELECT
            id, idempotency_key, reason, source_kind, source_id, sequence, guild, unit, amount, policy_version,
            arithmetic, coalesce(effective_at, now), transaction_timestamp(), request_hash,
            reputation_content_hash(
                id, reason, source_kind, source_id, sequence, idempotency_key, guild, unit, amount, policy_version,
                arithmetic, coalesce(effective_at, now), transaction_timestamp(), NULL, source_account,
                source_subject, target_account, target_subject
            )
        FROM asked ORDER BY idempotency_key
        ON CONFLICT DO NOTHING
        RETURNING id, content_hash
    )
    SELECT array_agg(ROW(
        asked.ordinal, posted.id, posted.content_hash, asked.guild, s.subject_id, s.kind, asked.unit,
        reputation_account_id(asked.guild, s.subject_id, s.kind, asked.unit), s.amount
    )::reputation_side) INTO sides
    FROM posted JOIN asked ON asked.id = posted.id CROSS JOIN LATERAL (VALUES
        (asked.source_subject, asked.source_account, -asked.amount),
        (asked.target_subject, asked.target_account, asked.amount)
    ) AS s (subject_id, kind, amount);

    IF coalesce(cardinality(sides), 0) < 2 * asked_count THEN
        SELECT e.request ->> 'idempotency_key' AS key, e.request ->> 'reason' AS reason,
            e.request ->> 'source_kind' AS source_kind, e.request ->> 'source_id' AS source_id, t.id AS found
        INTO refused
        FROM jsonb_array_elements(requests) WITH ORDINALITY AS e (request, ordinal)
        LEFT JOIN reputation_transfer t ON t.idempotency_key = e.request ->> 'idempotency_key'
        WHERE t.request_hash IS DISTINCT FROM sha256(convert_to((e.request - 'id' - 'now')::text, 'UTF8'))
        ORDER BY e.ordinal LIMIT 1;
        IF FOUND AND refused.found IS NOT NULL THEN
            RAISE EXCEPTION 'Key % was used for a different transfer, %.', refused.key, refused.found
                USING ERRCODE = 'GH101';
        ELSIF FOUND THEN
            RAISE EXCEPTION 'Reason % has been posted for % % under another key than %.',
                refused.reason, refused.source_kind, refused.source_id, refused.key USING ERRCODE = 'GH102';
        END IF;
        RETURN QUERY SELECT e.ordinal, t.id
        FROM jsonb_array_elements(requests) WITH ORDINALITY AS e (request, ordinal)
        JOIN reputation_transfer t ON t.idempotency_key = e.request ->> 'idempotency_key'
        WHERE t.id <> (e.request ->> 'id')::uuid;
        IF sides IS NULL THEN
            RETURN;
        END IF;
    END IF;

    IF EXISTS (SELECT FROM unnest(sides) s WHERE s.account_id IS NULL) THEN
        INSERT INTO reputation_account (id, guild_id, subject_id, kind, unit, balance, version)
        SELECT uuidv7(), w.guild_id, w.subject_id, w.kind, w.unit, 0, 0
        FROM (
            SELECT DISTINCT s.guild_id, s.subject_id, s.kind, s.unit FROM unnest(sides) s WHERE s.account_id IS NULL
        ) w
        ORDER BY w.guild_id, w.subject_id, w.kind, w.unit
        ON CONFLICT DO NOTHING;
        SELECT array_agg(ROW(
            s.ordinal, s.transfer_id, s.content_hash, s.guild_id, s.subject_id, s.kind, s.unit,
            coalesce(s.account_id, reputation_account_id(s.guild_id, s.subject_id, s.kind, s.unit)), s.amount
        )::reputation_side) INTO sides FROM unnest(sides) s;
    END IF;

    -- Locking and reading are one statement; a row that changed while it was waited for comes back as it is now.
    FOR side IN
        SELECT s.ordinal, s.transfer_id, s.content_hash, s.kind, s.amount, a.id, a.balance, a.version, a.last_hash
        FROM unnest(sides) s JOIN reputation_account a ON a.id = s.account_id
        WHERE s.subject_id IS NOT NULL
        ORDER BY a.id, s.ordinal, s.amount
        FOR NO KEY UPDATE OF a
    LOOP
        IF current.account_id IS DISTINCT FROM side.id THEN
            IF current.account_id IS NOT NULL THEN
                moved := array_append(moved, current);
            END IF;
            current := ROW(side.id, side.version, side.balance, side.version, side.last_hash)::reputation_moved;
        END IF;
        current.balance := current.balance + side.amount;
        current.version := current.version + 1;
        IF (side.kind = 'pts_debt' AND current.balance > 0) OR (side.kind <> 'pts_debt' AND current.balance < 0) THEN
            RAISE EXCEPTION 'Account % (%) would stand at %.', side.id, side.kind, current.balance
                USING ERRCODE = 'GH103';
        END IF;
        current.last_hash := reputation_entry_hash(
            current.last_hash, side.id, side.content_hash, side.amount, current.balance, current.version
        );
        lines := array_append(lines, ROW(
            side.ordinal, side.transfer_id, side.id, side.amount, current.balance, current.version, current.last_hash
        )::reputation_line);
    END LOOP;
    IF current.account_id IS NOT NULL THEN
        moved := array_append(moved, current);
    END IF;

    UPDATE reputation_account a SET balance = m.balance, version = m.version, last_hash = m.last_hash
    FROM unnest(moved) m
    WHERE a.id = m.account_id AND a.version = m.version_before
        AND CASE WHEN a.kind = 'pts_debt' THEN m.balance <= 0 ELSE m.balance >= 0 END;
    GET DIAGNOSTICS updated = ROW_COUNT;
    IF updated <> cardinality(moved) THEN
        RAISE EXCEPTION 'An account changed under its lock.' USING ERRCODE = 'GH105';
    END IF;

    INSERT INTO reputation_entry (transfer_id, account_id, amount, balance, version, hash)
    SELECT w.transfer_id, w.account_id, w.amount, w.balance, w.version, w.hash
    FROM (
        SELECT l.* FROM unnest(lines) l
        UNION ALL
        SELECT s.ordinal, s.transfer_id, s.account_id, s.amount, NULL, NULL, NULL
        FROM unnest(sides) s WHERE s.subject_id IS NULL
    ) w
    ORDER BY w.ordinal, w.amount;
END $$;

REVOKE ALL ON FUNCTION post_transfers(jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_account_id(uuid, uuid, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_entry_hash(bytea, uuid, bytea, bigint, bigint, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_content_hash(
    uuid, text, text, uuid, integer, text, uuid, text, bigint, integer, jsonb, timestamptz, timestamptz, uuid, text,
    uuid, text, uuid
) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_transfers(jsonb) TO :app_role:;
-- verify_ledger recomputes the hashes and may run under the login of web and worker.
GRANT EXECUTE ON FUNCTION reputation_entry_hash(bytea, uuid, bytea, bigint, bigint, bigint) TO :app_role:;
GRANT EXECUTE ON FUNCTION reputation_content_hash(
    uuid, text, text, uuid, integer, text, uuid, text, bigint, integer, jsonb, timestamptz, timestamptz, uuid, text,
    uuid, text, uuid
) TO :app_role:;
