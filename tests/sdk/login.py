"""Walks a whole sign-in at the practice broker with Upstox's official Python client.

The address of the broker comes in PRACTICE_URL. Ends with 0 if everything was as the client expects it from Upstox.
"""

import http.client
import os
from urllib.parse import parse_qs, urlencode, urlsplit

import upstox_client
from upstox_client.rest import ApiException

BASE = os.environ["PRACTICE_URL"].rstrip("/")
APP = {"client_id": "sdk-python", "redirect_uri": "http://localhost:5001/callback"}


def approve(user):
    """Presses "Approve" on the dialog page and follows no redirect; gives the code."""
    query = urlencode({"response_type": "code", "state": "from-python", **APP})
    broker = http.client.HTTPConnection(urlsplit(BASE).netloc, timeout=10)
    broker.request(
        "POST",
        f"/v2/login/authorization/dialog?{query}",
        urlencode({"user": user, "approve": "yes"}),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = broker.getresponse()
    assert answer.status == 302, answer.status
    back = answer.getheader("Location")
    broker.close()
    assert back.startswith(APP["redirect_uri"] + "?"), back
    pairs = parse_qs(urlsplit(back).query)
    assert pairs["state"] == ["from-python"], back
    return pairs["code"][0]


def refused(call, status, code):
    """The call must end with this status and this code."""
    try:
        call()
    except ApiException as error:
        assert error.status == status, error
        assert code.encode() in error.body, error.body
    else:
        raise AssertionError(f"{code} was expected, and nothing was refused")


configuration = upstox_client.Configuration()
configuration.host = configuration.order_host = BASE
api = upstox_client.ApiClient(configuration)
login, users, market = (
    upstox_client.LoginApi(api),
    upstox_client.UserApi(api),
    upstox_client.MarketHolidaysAndTimingsApi(api),
)


def exchange(code):
    """The client's own exchange."""
    return login.token("2.0", code=code, client_secret="secret", grant_type="authorization_code", **APP)


code = approve("CD5678")
reply = exchange(code)
assert reply.user_id == "CD5678" and reply.broker == "UPSTOX" and reply.is_active, reply
assert reply.access_token.count(".") == 2, "a signed token"
refused(lambda: exchange(code), 400, "UDAPI100057")

configuration.access_token = reply.access_token
profile = users.get_profile("2.0")
assert profile.status == "success" and profile.data.user_id == "CD5678", profile

holidays = market.get_holidays()
kinds = {holiday.holiday_type for holiday in holidays.data}
assert kinds == {"TRADING_HOLIDAY", "SETTLEMENT_HOLIDAY", "SPECIAL_TIMING"}, kinds
assert any(h.holiday_type == "TRADING_HOLIDAY" and h.closed_exchanges == [] for h in holidays.data)
timings = market.get_exchange_timings("2026-11-17")
assert {t.exchange for t in timings.data} >= {"NSE", "BSE", "NFO", "MCX"}, timings
assert all(t.start_time < t.end_time for t in timings.data)
assert market.get_market_status("NSE").data.status in {"NORMAL_OPEN", "NORMAL_CLOSE"}

assert login.logout("2.0").data is True
# The client sends a body with that DELETE; this request is the next one on the same connection.
refused(lambda: users.get_profile("2.0"), 401, "UDAPI100050")
print("the official Python client agrees")
