"""A bot that takes its token from Daypass, and goes on with the next one in the middle of its work.

Needs upstox-python-sdk. DAYPASS_KEY comes from `daypass keys make NAME`; DAYPASS_URL is http://127.0.0.1:8000 if unset.
"""

import json
import os
import sys
import threading
import time
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

import upstox_client
from upstox_client.rest import ApiException


# Daypass was restarted, or is being started: whatever comes of that passes.
CUT = (URLError, OSError, HTTPException)


def _problem(error):
    problem = json.load(error)
    return RuntimeError(f"{problem['title']} {problem['detail']}")


class Daypass:
    """The token of one account. `current` is always the newest one; a thread of its own keeps it so."""

    def __init__(self, account="upstox"):
        self.account = account
        self.url = os.environ.get("DAYPASS_URL", "http://127.0.0.1:8000")
        self.key = os.environ["DAYPASS_KEY"]
        # A proxy has nothing to do with this computer's own address.
        self.opener = build_opener(ProxyHandler({}))
        self.current = self.wait(newer_than=0)
        threading.Thread(target=self._follow, daemon=True).start()

    def wait(self, newer_than):
        """The token, as soon as there is one after that generation."""
        while True:
            try:
                with self._ask("/api/token/wait", account=self.account, generation=newer_than, limit="60s") as answer:
                    return json.load(answer)
            except HTTPError as error:
                # 504: not yet. 429: asked too often. 503: Daypass ends. Anything else is ours to mend.
                if error.code not in (429, 503, 504):
                    raise _problem(error) from None
            except CUT:
                pass  # Daypass restarts.
            time.sleep(1)

    def refused(self, token):
        """The broker has refused this token: Daypass asks it once, however many bots say so. Returns with a newer one, or
        with the same where the broker takes it after all."""
        generation = token["generation"]
        body = json.dumps({"account": self.account, "generation": generation}).encode()
        self._try("/api/token/report-invalid", body)
        while True:
            newer = self._try("/api/token/wait", account=self.account, generation=generation, limit="10s")
            held = newer or self._try("/api/token", account=self.account)
            if held:
                self.current = held
                return
            time.sleep(1)

    def _try(self, path, body=None, **query):
        """The answer, or None where there is none now."""
        try:
            with self._ask(path, body, **query) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            # A key that opens nothing is no reason to wait.
            if error.code in (401, 403):
                raise _problem(error) from None
            return None
        except CUT:
            return None

    def _follow(self):
        """Takes each new token when it is told of, also after a restart of Daypass."""
        while True:
            try:
                known = self.current["generation"]
                with self._ask("/api/token/watch", timeout=60, account=self.account, after=known) as events:
                    for line in events:
                        if line.strip() == b"event: generation":
                            self.current = self.wait(newer_than=self.current["generation"])
            except HTTPError as error:
                print(_problem(error), file=sys.stderr, flush=True)
            except CUT:
                pass
            except RuntimeError as error:
                print(error, file=sys.stderr, flush=True)
            time.sleep(1)

    def _ask(self, path, body=None, timeout=90, **query):
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = Request(f"{self.url}{path}?{urlencode(query)}", body, headers)
        return self.opener.open(request, timeout=timeout)


daypass = Daypass()
configuration = upstox_client.Configuration()
configuration.host = os.environ.get("UPSTOX_BASE_URL", configuration.host)
users = upstox_client.UserApi(upstox_client.ApiClient(configuration))

while True:
    token = daypass.current
    configuration.access_token = token["access_token"]
    try:
        profile = users.get_profile("2.0")
        print(f"token {token['generation']}: {profile.data.user_id}", flush=True)
        time.sleep(0.2)  # Your work goes here.
    except ApiException as error:
        if error.status != 401:
            raise
        print(f"token {token['generation']} was refused", flush=True)
        daypass.refused(token)
