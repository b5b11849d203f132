CREATE TABLE people (
    id          bigserial PRIMARY KEY,
    name        text NOT NULL UNIQUE,
    salt        bytea NOT NULL,
    secret      bytea NOT NULL,
    keeper      boolean NOT NULL DEFAULT false,
    active      boolean NOT NULL DEFAULT true
);
CREATE TABLE visits (
    sid         text PRIMARY KEY,
    person      bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    began       timestamptz NOT NULL DEFAULT now(),
    ends        timestamptz NOT NULL
);
CREATE TABLE stations (
    id          bigserial PRIMARY KEY,
    place       text NOT NULL UNIQUE,
    mac_key     bytea NOT NULL,
    panel_user  text NOT NULL,
    panel_word  text NOT NULL
);
CREATE TABLE readings (
    station     bigint NOT NULL REFERENCES stations,
    taken       timestamptz NOT NULL,
    centimetres real NOT NULL,
    body_digest bytea NOT NULL UNIQUE
);
CREATE TABLE downloads (
    ticket      bytea PRIMARY KEY,
    person      bigint NOT NULL REFERENCES people ON DELETE CASCADE,
    station     bigint NOT NULL REFERENCES stations,
    ends        timestamptz NOT NULL
);
