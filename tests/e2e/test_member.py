"""What a member does: comes in by mail or by password, pays less, and stays out of the desk."""

import re
from itertools import count

import pytest
from playwright.sync_api import expect

from fragments.chrome import DESK
from tests.e2e.conftest import MEMBER, STEWARD, heading, seamless, the

number = count(1)


@pytest.fixture
def newcomer(oakhill, playwright, signed_in):
    """The address of Mei Lin, whom a steward has just let in."""
    steward = playwright.request.new_context(base_url=oakhill.url, storage_state=signed_in(STEWARD))
    address = f"mei-{next(number)}@oakhill.example"
    typed = {"name": "Mei Lin", "address": address, "role": "member"}
    assert steward.post("/account/new-person", form=typed).ok
    steward.dispose()
    return address


def test_the_mail_that_welcomes_a_newcomer_signs_them_in(visit, oakhill, newcomer):
    page = visit()
    page.goto(oakhill.link(newcomer))
    expect(heading(page, "Hello, Mei Lin")).to_be_visible()
    page.get_by_role("button", name="Sign in as Mei Lin").click()
    expect(the(page, "Your details").get_by_role("definition").nth(1)).to_have_text(newcomer)
    expect(the(page, "Where you are signed in").get_by_role("listitem")).to_contain_text("This one")


def test_whoever_asks_is_mailed_a_link_that_works_once_and_their_basket_comes_along(visit, oakhill, newcomer):
    page = visit()
    page.goto("/market/goods")
    page.get_by_role("button", name="Add Heather honey").click()
    expect(page.get_by_role("banner")).to_contain_text("£7.50")
    page.goto("/account/sign-in")
    page.get_by_label("Email").first.fill(newcomer)
    page.get_by_role("button", name="Email me a link").click()
    expect(heading(page, "Look at your mail")).to_be_visible()
    link = oakhill.link(newcomer, mails=2)
    for _ in "a scanner", "a person":
        page.goto(link)
        expect(page.get_by_role("main").get_by_role("button")).to_have_count(1)
    page.get_by_role("button", name="Sign in as Mei Lin").click()
    expect(heading(page, "Hello, Mei")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("1 £6.00")
    assert page.goto(link).status == 410
    expect(heading(page, "This link has ended")).to_be_visible()


def test_members_see_their_own_prices(visit):
    page = visit(MEMBER)
    page.goto("/")
    expect(page.get_by_role("banner").get_by_role("link", name="Tam")).to_have_attribute("href", "/account/home")
    expect(the(page, "This week’s market").get_by_role("listitem").filter(has_text="Leeks")).to_contain_text("£1.70")
    page.goto("/market/goods?words=leeks")
    expect(page.locator(".goods > li")).to_have_text(re.compile(r"£1\.70.*Others £2\.10", re.DOTALL))
    page.get_by_role("link", name="Leeks").click()
    expect(page.get_by_role("definition").first).to_contain_text("£1.70")
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Desk")).to_have_count(0)


def test_a_password_is_set_then_signs_in_to_where_one_was_going(visit, oakhill, newcomer):
    page = visit(newcomer, oakhill.link(newcomer))
    page.goto("/account/home")
    page.get_by_role("link", name="Set one").click()
    page.get_by_label("New password").fill("too short")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_label("New password")).to_have_accessible_description(re.compile("Use at least ten characters"))
    page.get_by_label("New password").fill("leeks by the handful")
    page.get_by_role("button", name="Set the password").click()
    expect(the(page, "Your details")).to_contain_text("PasswordSet. Change it")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert page.goto("/account/password").status == 401
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    page.get_by_text("Use a password instead").click()
    form = page.locator("#account-password-sign-in")
    sign_in(form, newcomer, "carrots by the handful")
    expect(form.get_by_label("Email")).to_have_value(newcomer)
    expect(form.get_by_label("Password")).to_have_value("")
    expect(form.get_by_label("Password")).to_have_accessible_description(re.compile("do not fit together"))
    sign_in(form, newcomer, "leeks by the handful")
    expect(heading(page, "Change your password")).to_be_visible()


def sign_in(form, address, password):
    form.get_by_label("Email").fill(address)
    form.get_by_label("Password", exact=True).fill(password)
    form.get_by_role("button", name="Sign in").click()


def test_the_newsletter_is_asked_for_and_stopped(visit, scripted):
    page = visit(MEMBER)
    page.goto("/account/home")
    for button, says in (
        ("Send me", "From now on you get the newsletter."),
        ("Stop", "You get no newsletter any more."),
    ):
        with seamless(page, scripted):
            page.get_by_role("button", name=f"{button} the newsletter").click()
            expect(page.get_by_role("button", name=f"{button} the newsletter")).to_have_count(0)
        if scripted:
            expect(page.locator("#notices")).to_contain_text(says)


def test_the_desk_is_closed_to_strangers_and_to_members(visit):
    paths = [
        *(href for href, *_ in DESK),
        "/account/new-person",
        "/blog/new-post",
        "/blog/edit-post/1",
        "/market/edit-product/1",
    ]
    for who, status, says in (("", 401, "Sign in first"), (MEMBER, 403, "This is not for you to see")):
        page = visit(who)
        assert {path: page.request.get(path).status for path in paths} == dict.fromkeys(paths, status)
        assert page.goto("/steward").status == status
        expect(heading(page, says)).to_be_visible()
        expect(page.get_by_role("navigation", name="Desk")).to_have_count(0)
