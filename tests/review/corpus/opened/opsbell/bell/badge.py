import aiohttp


class BadgeServer:
    def __init__(self, url: str, client: str, secret: str) -> None:
        self.url, self.client, self.secret = url, client, secret

    async def redeem(self, code: str) -> str:
        """The subject that the badge server knows for a code that it has just given out."""
        form = {"grant_type": "authorization_code", "code": code}
        auth = aiohttp.BasicAuth(self.client, self.secret)
        async with aiohttp.ClientSession(auth=auth, raise_for_status=True) as http:
            async with http.post(f"{self.url}/token", data=form) as answer:
                granted = await answer.json()
            headers = {"Authorization": f"Bearer {granted['access_token']}"}
            async with http.get(f"{self.url}/userinfo", headers=headers) as answer:
                return (await answer.json())["sub"]
