-- A second look is another reviewer's: neither whose work it is nor who approved it, under whichever name; and it stands.
CREATE FUNCTION contributions_check_look() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'A second look stands.' USING ERRCODE = 'GH005';
    END IF;
    IF TG_OP = 'UPDATE' AND ((NEW.review_id, NEW.contribution_id, NEW.guild_id, NEW.why, NEW.asked_at)
            IS DISTINCT FROM (OLD.review_id, OLD.contribution_id, OLD.guild_id, OLD.why, OLD.asked_at)
        OR (OLD.outcome <> 'waiting' AND (NEW.outcome, NEW.looked_by_id, NEW.looked_at)
            IS DISTINCT FROM (OLD.outcome, OLD.looked_by_id, OLD.looked_at))) THEN
        RAISE EXCEPTION 'A second look stands.' USING ERRCODE = 'GH005';
    END IF;
    IF NEW.looked_by_id IS NOT NULL AND EXISTS (
        SELECT FROM contributions_review r CROSS JOIN LATERAL (VALUES (r.contributor_id), (r.reviewer_id)) AS party (id)
        WHERE r.id = NEW.review_id
            AND coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = party.id), party.id)
              = coalesce((SELECT primary_id FROM accounts_subjectlink WHERE alias_id = NEW.looked_by_id), NEW.looked_by_id)
    ) THEN
        RAISE EXCEPTION 'A second look is another reviewer''s.' USING ERRCODE = 'GH007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_look_checked BEFORE INSERT OR UPDATE OR DELETE ON contributions_secondlook
    FOR EACH ROW EXECUTE FUNCTION contributions_check_look();
CREATE TRIGGER second_look_no_truncate BEFORE TRUNCATE ON contributions_secondlook
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
REVOKE DELETE, TRUNCATE ON contributions_secondlook FROM :app_role:;
