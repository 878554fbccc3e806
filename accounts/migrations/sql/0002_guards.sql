-- Links between people are one level deep, so that one look resolves them: an alias is nobody's primary, and a
-- primary is nobody's alias. Both people are locked, in the order of their ids, because two links made at once
-- can't see each other.
CREATE FUNCTION accounts_check_subject_link() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM 1 FROM accounts_subject WHERE id IN (NEW.alias_id, NEW.primary_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM accounts_subjectlink WHERE primary_id = NEW.alias_id) THEN
        RAISE EXCEPTION 'Subject % stands for others and can''t become an alias.', NEW.alias_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'subject_link_one_level';
    END IF;
    IF EXISTS (SELECT FROM accounts_subjectlink WHERE alias_id = NEW.primary_id) THEN
        RAISE EXCEPTION 'Subject % is an alias and can''t stand for others.', NEW.primary_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'subject_link_one_level';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subject_link_one_level BEFORE INSERT ON accounts_subjectlink
    FOR EACH ROW EXECUTE FUNCTION accounts_check_subject_link();

-- A link is made or deleted, never turned: who somebody is does not change hands.
CREATE TRIGGER subject_link_stands BEFORE UPDATE ON accounts_subjectlink
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
REVOKE UPDATE, TRUNCATE ON accounts_subjectlink FROM :app_role:;
