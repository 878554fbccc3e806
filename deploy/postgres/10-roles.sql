-- Run once by the database's container, as its superuser, when its data directory is new (docs/database-logins.md).
-- Passwords come from the environment of that container and are written nowhere.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD

-- The owner makes the scratch databases in which backups are proved.
CREATE ROLE guildhub_owner LOGIN CREATEDB PASSWORD :'owner_password';
CREATE ROLE guildhub_app LOGIN PASSWORD :'app_password';
CREATE DATABASE guildhub OWNER guildhub_owner ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
REVOKE ALL ON DATABASE guildhub FROM PUBLIC;
GRANT CONNECT ON DATABASE guildhub TO guildhub_owner, guildhub_app;

\connect guildhub
ALTER SCHEMA public OWNER TO guildhub_owner;
GRANT USAGE ON SCHEMA public TO guildhub_app;
ALTER DEFAULT PRIVILEGES FOR ROLE guildhub_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO guildhub_app;
ALTER DEFAULT PRIVILEGES FOR ROLE guildhub_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO guildhub_app;
ALTER DEFAULT PRIVILEGES FOR ROLE guildhub_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
