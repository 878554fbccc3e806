-- Many requests at once go through a fixed number of statements: 1.6 times as many transfers a second as one by one. For a few
-- it costs more (an approval's two took 1.8 times as long), so they stay as they were. What is stored, and every hash of it,
-- is the same either way.

-- An entry about to be written.
CREATE TYPE reputation_written AS (
    ordinal bigint, transfer_id uuid, account_id uuid, amount bigint, balance bigint, version bigint, hash bytea
);

-- Make the accounts that are missing, in the order of their ids; nobody holds an account's lock yet.
CREATE FUNCTION reputation_open_missing(accounts uuid[], requests jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account uuid;
BEGIN
    FOR account IN SELECT t.id FROM unnest(accounts) AS t (id) ORDER BY t.id LOOP
        PERFORM public.reputation_open_account(account, requests);
        IF NOT EXISTS (SELECT FROM public.reputation_account a WHERE a.id = account) THEN
            RAISE EXCEPTION 'Account % stands under another id.', account USING ERRCODE = 'GH105';
        END IF;
    END LOOP;
END $$;

-- The transfer that was posted for this request before; refuses one that says something else.
CREATE FUNCTION reputation_posted_before(request jsonb) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stands record;
BEGIN
    SELECT t.id, t.request_hash INTO stands
    FROM public.reputation_transfer t WHERE t.idempotency_key = request ->> 'idempotency_key';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Reason % has been posted for % % under another key than %.', request ->> 'reason',
            request ->> 'source_kind', request ->> 'source_id', request ->> 'idempotency_key' USING ERRCODE = 'GH102';
    ELSIF stands.request_hash <> sha256(convert_to((request - 'id')::text, 'UTF8')) THEN
        RAISE EXCEPTION 'Key % was used for a different transfer, %.', request ->> 'idempotency_key', stands.id
            USING ERRCODE = 'GH101';
    END IF;
    RETURN stands.id;
END $$;

-- What `post_transfers` does with many requests. It makes missing accounts before it locks any, so that whoever waits for
-- an account that another call is making holds none that the other wants.
CREATE FUNCTION reputation_post_many(requests jsonb, now timestamptz) RETURNS TABLE (ordinal bigint, transfer_id uuid)
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    blank reputation_said;
    posted reputation_moved[];
    one reputation_moved;
    repeated bigint[];
    reversals uuid[];
    speaks_not boolean;
    touched uuid[];
    missing uuid[];
    accounts uuid[];
    kinds text[];
    balances bigint[];
    versions bigint[];
    last_hashes bytea[];
    at integer := 0;
    line record;
    account uuid;
    is_debt boolean;
    is_person boolean;
    balance bigint;
    version bigint;
    hash bytea;
    written reputation_written[];
BEGIN
    blank.effective_at := reputation_post_many.now;
    -- In the order of the keys, so that two calls with the same ones meet in one order. Without a conflict target, so that
    -- a repeated source is met here too and named below.
    WITH asked AS MATERIALIZED (
        SELECT s.*, transaction_timestamp() AS moment
        FROM ROWS FROM (jsonb_populate_recordset(blank, requests), jsonb_array_elements(requests)) WITH ORDINALITY AS s (
            id, reason, source_kind, source_id, sequence, idempotency_key, guild_id, unit, amount, policy_version, arithmetic,
            effective_at, posted_at, reverses_id, source_account, source_subject, target_account, target_subject, request,
            place)
    ), inserted AS (
        INSERT INTO reputation_transfer (
            id, idempotency_key, reason, source_kind, source_id, sequence, guild_id, unit, amount, policy_version,
            arithmetic, effective_at, posted_at, reverses_id, request_hash, content_hash
        )
        SELECT a.id, a.idempotency_key, a.reason, a.source_kind, a.source_id, a.sequence, a.guild_id, a.unit, a.amount,
            a.policy_version, a.arithmetic, a.effective_at, a.moment, a.reverses_id,
            sha256(convert_to((a.request - 'id')::text, 'UTF8')),
            reputation_content_hash(ROW(
                a.id, a.reason, a.source_kind, a.source_id, a.sequence, a.idempotency_key, a.guild_id, a.unit, a.amount,
                a.policy_version, a.arithmetic, a.effective_at, a.moment, a.reverses_id, a.source_account,
                a.source_subject, a.target_account, a.target_subject
            )::reputation_said)
        FROM asked a ORDER BY a.idempotency_key, a.place
        ON CONFLICT DO NOTHING RETURNING id, idempotency_key, content_hash
    )
    SELECT
        array_agg(ROW(
            a.place, a.id, i.content_hash, a.amount,
            reputation_account_id(a.guild_id, a.source_subject, a.source_account, a.unit),
            reputation_account_id(a.guild_id, a.target_subject, a.target_account, a.unit),
            (a.request ->> 'vests_on')::date, (a.request ->> 'pending')::uuid
        )::reputation_moved ORDER BY a.place) FILTER (WHERE i.id IS NOT NULL),
        array_agg(a.place ORDER BY a.idempotency_key, a.place) FILTER (WHERE i.id IS NULL),
        array_agg(a.id) FILTER (WHERE i.id IS NOT NULL AND a.reverses_id IS NOT NULL),
        bool_or((a.target_account = 'pts_pending') <> (a.request ? 'vests_on')
            OR (a.source_account = 'pts_pending') <> (a.request ? 'pending')) FILTER (WHERE i.id IS NOT NULL)
    INTO posted, repeated, reversals, speaks_not
    FROM asked a LEFT JOIN inserted i ON i.id = a.id AND i.idempotency_key = a.idempotency_key;

    IF repeated IS NOT NULL THEN
        FOREACH ordinal IN ARRAY repeated LOOP
            transfer_id := reputation_posted_before(requests -> (ordinal - 1)::integer);
            RETURN NEXT;
        END LOOP;
    END IF;
    IF posted IS NULL THEN
        RETURN;
    END IF;
    IF speaks_not THEN
        RAISE EXCEPTION 'A transfer does not say when its points vest, or which points stop pending.'
            USING ERRCODE = 'GH106';
    END IF;
    IF reversals IS NOT NULL THEN
        SELECT r.id, r.reverses_id INTO line
        FROM reputation_transfer r LEFT JOIN reputation_transfer t ON t.id = r.reverses_id AND t.guild_id = r.guild_id
            AND t.unit = r.unit AND t.amount = r.amount AND t.reverses_id IS NULL
        WHERE r.id = ANY (reversals) AND t.id IS NULL LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'Reversal % does not take back transfer % as it is.', line.id, line.reverses_id
                USING ERRCODE = 'GH107';
        END IF;
    END IF;

    SELECT array_agg(DISTINCT t.id) INTO touched
    FROM unnest(posted) AS p CROSS JOIN LATERAL (VALUES (p.source_id), (p.target_id)) AS t (id);
    SELECT array_agg(t.id) INTO missing
    FROM unnest(touched) AS t (id) WHERE NOT EXISTS (SELECT FROM reputation_account a WHERE a.id = t.id);
    IF missing IS NOT NULL THEN
        PERFORM reputation_open_missing(missing, requests);
    END IF;
    -- A row that changed while it was waited for comes back as it is now. A guild's accounts are never locked.
    SELECT array_agg(h.id), array_agg(h.kind::text), array_agg(h.balance), array_agg(h.version), array_agg(h.last_hash)
    INTO accounts, kinds, balances, versions, last_hashes
    FROM (
        SELECT a.id, a.kind, a.balance, a.version, a.last_hash
        FROM reputation_account a WHERE a.id = ANY (touched) AND a.subject_id IS NOT NULL ORDER BY a.id FOR NO KEY UPDATE
    ) h;

    -- Account by account, and on each in the order of the requests: what it held, and what it holds after each entry.
    FOR line IN
        SELECT p.ordinal AS place, p.transfer_id AS id, p.content_hash AS content, s.account, s.moved
        FROM unnest(posted) AS p
        CROSS JOIN LATERAL (VALUES (p.source_id, -p.amount), (p.target_id, p.amount)) AS s (account, moved)
        ORDER BY s.account, p.ordinal, s.moved
    LOOP
        IF account IS DISTINCT FROM line.account THEN
            account := line.account;
            is_person := accounts[at + 1] = account;
            IF is_person THEN
                at := at + 1;
                is_debt := kinds[at] = 'pts_debt';
                balance := balances[at];
                version := versions[at];
                hash := last_hashes[at];
            ELSE
                balance := NULL;
                version := NULL;
                hash := NULL;
            END IF;
        END IF;
        IF is_person THEN
            balance := balance + line.moved;
            version := version + 1;
            hash := reputation_entry_hash(hash, account, line.content, line.moved, balance, version);
            IF is_debt AND balance > 0 OR NOT is_debt AND balance < 0 THEN
                RAISE EXCEPTION 'Account % (%) would stand at %.', account, kinds[at], balance USING ERRCODE = 'GH103';
            END IF;
        END IF;
        written := array_append(
            written, ROW(line.place, line.id, account, line.moved, balance, version, hash)::reputation_written
        );
    END LOOP;

    UPDATE reputation_account a SET balance = w.balance, version = w.version, last_hash = w.hash
    FROM (
        SELECT DISTINCT ON (l.account_id) l.account_id, l.balance, l.version, l.hash
        FROM unnest(written) AS l WHERE l.hash IS NOT NULL ORDER BY l.account_id, l.version DESC
    ) w WHERE a.id = w.account_id;

    INSERT INTO reputation_entry (transfer_id, account_id, amount, balance, version, hash)
    SELECT l.transfer_id, l.account_id, l.amount, l.balance, l.version, l.hash
    FROM unnest(written) AS l ORDER BY l.ordinal, l.amount;

    INSERT INTO reputation_pendingpoints (transfer_id, account_id, amount, vests_on, held_for)
    SELECT p.transfer_id, p.target_id, p.amount, p.vests_on, '' FROM unnest(posted) AS p WHERE p.vests_on IS NOT NULL;
    FOR one IN SELECT * FROM unnest(posted) AS p WHERE p.pending IS NOT NULL LOOP
        PERFORM reputation_stop_pending(one.transfer_id, one.pending, one.source_id, one.amount);
    END LOOP;
END $$;

-- So many points of a transfer leave what pends.
CREATE FUNCTION reputation_stop_pending(by uuid, minted uuid, account uuid, points bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    left_over bigint;
BEGIN
    UPDATE public.reputation_pendingpoints w SET amount = w.amount - points
    WHERE w.transfer_id = minted AND w.account_id = account AND w.amount >= points
    RETURNING w.amount INTO left_over;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Transfer % frees points of transfer % that do not pend.', by, minted USING ERRCODE = 'GH106';
    ELSIF left_over = 0 THEN
        DELETE FROM public.reputation_pendingpoints w WHERE w.transfer_id = minted;
    END IF;
END $$;

-- Post an array of transfers, all or none. Each request is an object with the fields of reputation_said; without an
-- effective_at it is effective `now`, and its posted_at is always the transaction's.
-- Returns a row (ordinal from 1, id of the transfer in the ledger) for each request that had been posted before.
-- A request whose points pend says besides on which day they vest (`vests_on`); one that moves pending points says of which
-- transfer they were minted (`pending`); a reversal says what it takes back (`reverses_id`), whole and out of its own guild.
-- Errors: GH101 key used for a different request, GH102 source posted before under another key, GH103 an account
-- would leave its side of zero, GH105 an account stands under an id that is not its own, GH106 points would pend without a
-- day or stop pending without having been, GH107 a reversal differs from what it takes back.
-- From 16 requests on they go through `reputation_post_many`.
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
    IF asked_count >= 16 THEN
        RETURN QUERY SELECT m.ordinal, m.transfer_id FROM reputation_post_many(requests, post_transfers.now) AS m;
        RETURN;
    END IF;
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

REVOKE ALL ON FUNCTION reputation_post_many(jsonb, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_open_missing(uuid[], jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_posted_before(jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION reputation_stop_pending(uuid, uuid, uuid, bigint) FROM PUBLIC;
