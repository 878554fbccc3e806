-- Post an array of transfers, all or none. Each request is an object with the fields of reputation_said; without an
-- effective_at it is effective `now`, and its posted_at is always the transaction's.
-- Returns a row (ordinal from 1, id of the transfer in the ledger) for each request that had been posted before.
-- A request whose points pend says besides on which day they vest (`vests_on`); one that moves pending points says of which
-- transfer they were minted (`pending`); a reversal says what it takes back (`reverses_id`), whole and out of its own guild.
-- Errors: GH101 key used for a different request, GH102 source posted before under another key, GH103 an account
-- would leave its side of zero, GH105 an account stands under an id that is not its own, GH106 points would pend without a
-- day or stop pending without having been, GH107 a reversal differs from what it takes back.
-- Locks: transfers in order of their keys, then people's accounts in order of their ids, then what pends on them. A guild's
-- accounts are never locked, or every approval of the guild would queue there.
CREATE OR REPLACE FUNCTION post_transfers(requests jsonb, now timestamptz) RETURNS TABLE (ordinal bigint, transfer_id uuid)
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
    posted reputation_moved[];
    one reputation_moved;
    has_pending boolean := false;
    frees_pending boolean := false;
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
            IF said.reverses_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM reputation_transfer t WHERE t.id = said.reverses_id AND t.guild_id = said.guild_id
                    AND t.unit = said.unit AND t.amount = said.amount AND t.reverses_id IS NULL
            ) THEN
                RAISE EXCEPTION 'Reversal % does not take back transfer % as it is.', said.id, said.reverses_id
                    USING ERRCODE = 'GH107';
            END IF;
            posted := array_append(posted, ROW(
                ordinal, said.id, found_hash, said.amount,
                reputation_account_id(said.guild_id, said.source_subject, said.source_account, said.unit),
                reputation_account_id(said.guild_id, said.target_subject, said.target_account, said.unit),
                (request ->> 'vests_on')::date, (request ->> 'pending')::uuid
            )::reputation_moved);
            IF (said.target_account = 'pts_pending') <> (request ? 'vests_on')
                OR (said.source_account = 'pts_pending') <> (request ? 'pending') THEN
                RAISE EXCEPTION 'Transfer % does not say when its points vest, or which points stop pending.', said.id
                    USING ERRCODE = 'GH106';
            END IF;
            has_pending := has_pending OR request ? 'vests_on';
            frees_pending := frees_pending OR request ? 'pending';
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

    IF has_pending THEN
        INSERT INTO reputation_pendingpoints (transfer_id, account_id, amount, vests_on, held_for)
        SELECT p.transfer_id, p.target_id, p.amount, p.vests_on, '' FROM unnest(posted) AS p WHERE p.vests_on IS NOT NULL;
    END IF;
    IF frees_pending THEN
        FOREACH one IN ARRAY posted LOOP
            CONTINUE WHEN one.pending IS NULL;
            UPDATE reputation_pendingpoints w SET amount = w.amount - one.amount
            WHERE w.transfer_id = one.pending AND w.account_id = one.source_id AND w.amount >= one.amount
            RETURNING w.amount INTO moved;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'Transfer % frees points of transfer % that do not pend.', one.transfer_id, one.pending
                    USING ERRCODE = 'GH106';
            ELSIF moved = 0 THEN
                DELETE FROM reputation_pendingpoints w WHERE w.transfer_id = one.pending;
            END IF;
        END LOOP;
    END IF;
END $$;

DROP FUNCTION reputation_post_many(jsonb, timestamptz);
DROP FUNCTION reputation_stop_pending(uuid, uuid, uuid, bigint);
DROP FUNCTION reputation_posted_before(jsonb);
DROP FUNCTION reputation_open_missing(uuid[], jsonb);
DROP TYPE reputation_written;
