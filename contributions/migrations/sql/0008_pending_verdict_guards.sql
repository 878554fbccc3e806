-- A verdict that is not posted yet stands on work in review, in its reviewer's hands, and the work stays there until the
-- verdict is gone: posted, undone or put back. So no order of events posts it and keeps it, or loses it.
CREATE FUNCTION contributions_check_pending_verdict() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
DECLARE work record;
BEGIN
    SELECT state, reviewer_id, subject_id INTO work FROM contributions_contribution WHERE id = NEW.contribution_id;
    IF work.state IS DISTINCT FROM 'in_review' OR work.reviewer_id IS DISTINCT FROM NEW.reviewer_id THEN
        RAISE EXCEPTION 'A verdict waits on work in review by its reviewer; contribution % is not.', NEW.contribution_id
            USING ERRCODE = 'GH006';
    END IF;
    IF NEW.reviewer_id = work.subject_id THEN
        RAISE EXCEPTION 'Nobody reviews their own work.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pending_verdict_checked BEFORE INSERT ON contributions_pendingverdict
    FOR EACH ROW EXECUTE FUNCTION contributions_check_pending_verdict();

-- Only its words change, when somebody is erased.
CREATE FUNCTION contributions_pending_verdict_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
BEGIN
    IF (to_jsonb(NEW) - 'reason' - 'next_step') IS DISTINCT FROM (to_jsonb(OLD) - 'reason' - 'next_step') THEN
        RAISE EXCEPTION 'A verdict is undone and given anew, not changed.' USING ERRCODE = 'GH005';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pending_verdict_stands BEFORE UPDATE ON contributions_pendingverdict
    FOR EACH ROW EXECUTE FUNCTION contributions_pending_verdict_stands();

CREATE FUNCTION contributions_keep_in_review() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT FROM contributions_pendingverdict WHERE contribution_id = OLD.id) THEN
        RAISE EXCEPTION 'A verdict on contribution % waits to be posted; it stays in review until then.', OLD.id
            USING ERRCODE = 'GH006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contribution_waits_for_its_verdict BEFORE UPDATE OF state, reviewer_id ON contributions_contribution
    FOR EACH ROW WHEN (OLD.state = 'in_review'
        AND (NEW.state IS DISTINCT FROM OLD.state OR NEW.reviewer_id IS DISTINCT FROM OLD.reviewer_id))
    EXECUTE FUNCTION contributions_keep_in_review();
