-- The one way rows enter the ledger.
--
-- Every expression of a PL/pgSQL function is prepared anew in each transaction, and every query is started anew at each
-- step; so this one has few of both: composite values instead of many variables, statements of one row whose plan is
-- kept. Written as joins over the unpacked requests it took three times as long.

-- Everything a transfer says, in the order in which it is hashed. Frozen: another field or order changes every hash, so a
-- richer ledger gets a type of its own beside this one.
CREATE TYPE reputation_said AS (
    id uuid, reason text, source_kind text, source_id uuid, sequence integer, idempotency_key text, guild_id uuid,
    unit text, amount bigint, policy_version integer, arithmetic jsonb, effective_at timestamptz,
    posted_at timestamptz, reverses_id uuid, source_account text, source_subject uuid, target_account text,
    target_subject uuid
);
-- A transfer that this call has posted, on its way to its entries.
CREATE TYPE reputation_posted AS (
    ordinal bigint, transfer_id uuid, content_hash bytea, amount bigint, source_id uuid, target_id uuid
);
-- An entry about to be written.
CREATE TYPE reputation_line AS (
    transfer_id uuid, account_id uuid, amount bigint, balance bigint, version bigint, hash bytea
);

-- The hash of all that a transfer says; verify_ledger computes it again from the stored columns. The binary form has every
-- field with its length, and times as microseconds: as text they would depend on the session's time zone.
CREATE FUNCTION reputation_content_hash(said reputation_said) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(record_send(said));

-- A person's entry chained to the one before it; the first hangs on the account's own id, so that two accounts'
-- chains can't be exchanged.
CREATE FUNCTION reputation_entry_hash(
    previous bytea, account_id uuid, content_hash bytea, amount bigint, balance bigint, version bigint
) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(
    coalesce(previous, uuid_send(account_id)) || content_hash
    || int8send(amount) || int8send(balance) || int8send(version)
);

-- An account's id follows from its name, so that nobody has to look it up.
CREATE FUNCTION reputation_account_id(guild_id uuid, subject_id uuid, kind text, unit text) RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN encode(substr(sha256(record_send(ROW(guild_id, subject_id, kind, unit))), 1, 16), 'hex')::uuid;

-- Make an account that one of the requests names, unless somebody else made it just now.
CREATE FUNCTION reputation_open_account(account uuid, requests jsonb) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO reputation_account (id, guild_id, subject_id, kind, unit, balance, version)
    SELECT account, q.guild_id, s.subject_id, s.kind, q.unit, 0, 0
    FROM jsonb_populate_recordset(NULL::reputation_said, requests) AS q CROSS JOIN LATERAL (VALUES
        (q.source_subject, q.source_account), (q.target_subject, q.target_account)
    ) AS s (subject_id, kind)
    WHERE reputation_account_id(q.guild_id, s.subject_id, s.kind, q.unit) = account
    LIMIT 1
    ON CONFLICT DO NOTHING;
END;

-- Post an array of transfers, all or none. Each request is an object with the fields of reputation_said; without an
-- effective_at it is effective `now`, and its posted_at is always the transaction's.
-- Returns a row (ordinal from 1, id of the transfer in the ledger) for each request that had been posted before.
-- Errors: GH101 key used for a different request, GH102 source posted before under another key, GH103 an account
-- would leave its side of zero, GH105 an account stands under an id that is not its own.
-- Locks: transfers in order of their keys, then people's accounts in order of their ids. A guild's accounts are
-- never locked, or every approval of the guild would queue there.
CREATE FUNCTION post_transfers(requests jsonb, now timestamptz) RETURNS TABLE (ordinal bigint, transfer_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    asked_count integer := jsonb_array_length(requests);
    places bigint[] := '{1}';
    request jsonb;
    said reputation_said;
    blank reputation_said;
    asked_hash bytea;
    found_hash bytea;
    posted reputation_posted[];
    one reputation_posted;
    touched uuid[];
    account uuid;
    held record;
    -- People's accounts in order of their ids, as they stand after the entries so far.
    accounts uuid[] := '{}';
    kinds text[];
    balances bigint[];
    versions bigint[];
    last_hashes bytea[];
    at integer;
    moved bigint;
    lines reputation_line[];
BEGIN
    blank.effective_at := post_transfers.now;
    IF asked_count <> 1 THEN
        SELECT coalesce(array_agg(e.place ORDER BY e.request ->> 'idempotency_key', e.place), '{}') INTO places
        FROM jsonb_array_elements(requests) WITH ORDINALITY AS e (request, place);
    END IF;

    FOREACH ordinal IN ARRAY places LOOP
        request := requests -> (ordinal - 1)::integer;
        asked_hash := sha256(convert_to((request - 'id')::text, 'UTF8'));
        said := jsonb_populate_record(blank, request);
        said.posted_at := transaction_timestamp();
        -- Without a conflict target, so that a repeated source is met here too and named below.
        INSERT INTO reputation_transfer (
            id, idempotency_key, reason, source_kind, source_id, sequence, guild_id, unit, amount, policy_version,
            arithmetic, effective_at, posted_at, reverses_id, request_hash, content_hash
        ) VALUES (
            said.id, said.idempotency_key, said.reason, said.source_kind, said.source_id, said.sequence,
            said.guild_id, said.unit, said.amount, said.policy_version, said.arithmetic, said.effective_at,
            said.posted_at, said.reverses_id, asked_hash, reputation_content_hash(said)
        ) ON CONFLICT DO NOTHING RETURNING content_hash INTO found_hash;
        IF FOUND THEN
            posted := array_append(posted, ROW(
                ordinal, said.id, found_hash, said.amount,
                reputation_account_id(said.guild_id, said.source_subject, said.source_account, said.unit),
                reputation_account_id(said.guild_id, said.target_subject, said.target_account, said.unit)
            )::reputation_posted);
            CONTINUE;
        END IF;
        SELECT t.id, t.request_hash INTO transfer_id, found_hash
        FROM reputation_transfer t WHERE t.idempotency_key = said.idempotency_key;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'Reason % has been posted for % % under another key than %.',
                said.reason, said.source_kind, said.source_id, said.idempotency_key USING ERRCODE = 'GH102';
        ELSIF found_hash <> asked_hash THEN
            RAISE EXCEPTION 'Key % was used for a different transfer, %.', said.idempotency_key, transfer_id
                USING ERRCODE = 'GH101';
        END IF;
        RETURN NEXT;
    END LOOP;

    IF posted IS NULL THEN
        RETURN;
    ELSIF asked_count = 1 THEN
        one := posted[1];
        touched := ARRAY[least(one.source_id, one.target_id), greatest(one.source_id, one.target_id)];
    ELSE
        SELECT array_agg(p ORDER BY p.ordinal) INTO posted FROM unnest(posted) AS p;
        SELECT array_agg(DISTINCT t.id ORDER BY t.id) INTO touched
        FROM unnest(posted) AS p CROSS JOIN LATERAL (VALUES (p.source_id), (p.target_id)) AS t (id);
    END IF;

    FOREACH account IN ARRAY touched LOOP
        FOR attempt IN 1..2 LOOP
            -- A row that changed while it was waited for comes back as it is now.
            SELECT a.kind, a.balance, a.version, a.last_hash INTO held
            FROM reputation_account a WHERE a.id = account AND a.subject_id IS NOT NULL FOR NO KEY UPDATE;
            IF FOUND THEN
                accounts := array_append(accounts, account);
                kinds := array_append(kinds, held.kind::text);
                balances := array_append(balances, held.balance);
                versions := array_append(versions, held.version);
                last_hashes := array_append(last_hashes, held.last_hash);
                EXIT;
            END IF;
            EXIT WHEN EXISTS (SELECT FROM reputation_account a WHERE a.id = account AND a.subject_id IS NULL);
            IF attempt = 2 THEN
                RAISE EXCEPTION 'Account % stands under another id.', account USING ERRCODE = 'GH105';
            END IF;
            PERFORM reputation_open_account(account, requests);
        END LOOP;
    END LOOP;

    FOREACH one IN ARRAY posted LOOP
        account := one.source_id;
        moved := -one.amount;
        FOR side IN 1..2 LOOP
            at := array_position(accounts, account);
            IF at IS NOT NULL THEN
                balances[at] := balances[at] + moved;
                versions[at] := versions[at] + 1;
                last_hashes[at] := reputation_entry_hash(
                    last_hashes[at], account, one.content_hash, moved, balances[at], versions[at]
                );
                IF sign(balances[at]) = (CASE WHEN kinds[at] = 'pts_debt' THEN 1 ELSE -1 END) THEN
                    RAISE EXCEPTION 'Account % (%) would stand at %.', account, kinds[at], balances[at]
                        USING ERRCODE = 'GH103';
                END IF;
            END IF;
            lines := array_append(lines, ROW(
                one.transfer_id, account, moved, balances[at], versions[at], last_hashes[at]
            )::reputation_line);
            account := one.target_id;
            moved := one.amount;
        END LOOP;
    END LOOP;

    FOR n IN 1..cardinality(accounts) LOOP
        UPDATE reputation_account a SET balance = balances[n], version = versions[n], last_hash = last_hashes[n]
        WHERE a.id = accounts[n];
    END LOOP;

    INSERT INTO reputation_entry (transfer_id, account_id, amount, balance, version, hash)
    SELECT l.transfer_id, l.account_id, l.amount, l.balance, l.version, l.hash FROM unnest(lines) AS l;
END $$;

REVOKE ALL ON FUNCTION post_transfers(jsonb, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_open_account(uuid, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_account_id(uuid, uuid, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_entry_hash(bytea, uuid, bytea, bigint, bigint, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_content_hash(reputation_said) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_transfers(jsonb, timestamptz) TO :app_role:;
-- verify_ledger recomputes ids and hashes, and may run under the login of web and worker.
GRANT EXECUTE ON FUNCTION reputation_account_id(uuid, uuid, text, text) TO :app_role:;
GRANT EXECUTE ON FUNCTION reputation_entry_hash(bytea, uuid, bytea, bigint, bigint, bigint) TO :app_role:;
GRANT EXECUTE ON FUNCTION reputation_content_hash(reputation_said) TO :app_role:;
