"""Names that several modules need."""
ISSUER = "https://gate.example"
ALGORITHM = "RS256"
SERVICE_KEY = "kX3vB8nQ1zLw6pTyD5sH0gJ4"
TOKEN_HEADER = "X-Gate-Token"
PASSWORD_RESET_SALT = "gatehouse.reset"
GRANT_PASSWORD = "password"
PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEVs/o5+uQbTjL3chynL4wXgUg2R9
q9UU8I5mEovUf86QZ7kOBIjJwqnzD1omageEHWwHdBO6B+dFabmdT9POxg==
-----END PUBLIC KEY-----"""
