-- A draft of a policy is open until it is published or discarded; then only its words go, if a moderator or its author says so.
CREATE TRIGGER policy_draft_transition BEFORE UPDATE OF state ON guilds_policydraft
    FOR EACH ROW EXECUTE FUNCTION core_check_transition('open>published', 'open>discarded');

CREATE FUNCTION guilds_check_policy_draft() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Draft % stands; it is discarded, not deleted.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    IF (NEW.guild_id, NEW.made_by_id, NEW.made_at) IS DISTINCT FROM (OLD.guild_id, OLD.made_by_id, OLD.made_at)
        OR (OLD.state <> 'open' AND to_jsonb(NEW) - '{reason,hidden_at,hidden_for}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{reason,hidden_at,hidden_for}'::text[]) THEN
        RAISE EXCEPTION 'Draft % was closed, and stands.', OLD.id USING ERRCODE = 'GH005';
    END IF;
    IF NEW.policy_id IS NOT NULL AND NEW.guild_id IS DISTINCT FROM
            (SELECT guild_id FROM guilds_policy WHERE id = NEW.policy_id) THEN
        RAISE EXCEPTION 'A draft becomes a version of its own guild.' USING ERRCODE = 'GH006';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER policy_draft_checked BEFORE UPDATE OR DELETE ON guilds_policydraft
    FOR EACH ROW EXECUTE FUNCTION guilds_check_policy_draft();
REVOKE DELETE, TRUNCATE ON guilds_policydraft FROM :app_role:;
