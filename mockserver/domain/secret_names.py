"""The names of what must not be shown or kept: fields and headers with tokens, passwords and client secrets."""

from __future__ import annotations

SECRET_FIELD_NAMES = (
    *("access_token", "refresh_token", "saas_token", "anonymous_token", "client_secret", "password"),
    *("currentPassword", "newPassword"),
    *("accessToken", "refreshToken", "saasToken", "subjectAccessToken"),
    *("subject_access_token", "anonymousToken", "clientSecret"),
)
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "saas-token", "set-cookie"})
