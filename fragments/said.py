"""What was just done: the next page says it. The address carries a name, and only these names have words."""

from urllib.parse import urlsplit, urlunsplit

from domains.errors import say

SAID = {
    "added": say("Added. Everybody can see it now."),
    "saved": say("Saved."),
    "published": say("Published. Everybody can read it now."),
    "published-members": say("Published. Members can read it now."),
    "draft": say("Saved as a draft."),
    "scheduled": say("Scheduled. It is published by itself when its time comes."),
    "as-before": say("They were so already."),
    "undone": say("It is as it was before."),
    "not-undone": say("Somebody has changed some of it since, so that stays as it is."),
    "undone-but-time": say("It is as it was before, but for its time: schedule it again."),
    "removed": say("Removed for good."),
    "held": say("What your Ghost still has stays in the bin, for it would come again: delete it there first."),
    "not-removed": say("Only what is in the bin is removed for good."),
    "restored": say("It is as it was then. What it was until now is kept too."),
    "converted": say("It is Markdown now, and yours to edit. What it was is in its history."),
    "picture": say("The picture is here. The line below it shows it in a post."),
    "pictures": say("They are here. Say what is on each."),
    "picture-known": say(
        "It was here already, under other words. Yours stand in the field below: save them to take them."
    ),
    "picture-removed": say("Removed. Nothing of it is here any more."),
    "withdrawn": say("Withdrawn. Only editors see it now; you can offer it again."),
    "offered": say("On offer again. Everybody can see it now."),
    "cancelled": say("Cancelled. It stays in the calendar, and says so."),
    "ticket": say("It is yours."),
    "had-ticket": say("You had this ticket already. For more places or fewer, give it back and take another."),
    "returned": say("Taken back. The places are free again."),
    "in-basket": say("It is in your basket."),
    "basket": say("Your basket has changed."),
    "welcomed": say("Added. A link to sign in is on its way to them."),
    "let-in": say("They are let in. A link to sign in is on its way to them."),
    "declined": say("Declined. A mail tells them."),
    "answered": say("That was answered already."),
    "let-go": say("They are let go, and signed out everywhere."),
    "role": say("The role is changed."),
    "stepped-down": say("You are not a steward any more."),
    "password": say("Your password is set. Everywhere else you are signed out."),
    "newsletter": say("You get the newsletter from now on."),
    "no-newsletter": say("You get no newsletter any more."),
    "reader-removed": say("Removed. No newsletter goes there any more."),
    "signed-out": say("You are signed out."),
    "signed-out-there": say("That browser is signed out."),
    "signed-out-elsewhere": say("Everywhere else you are signed out."),
    "run-retried": say("It is tried again, from where it stopped."),
    "run-skipped": say("That step is skipped. The run goes on with your value."),
    "run-cancelled": say("Cancelled. Nothing more of it is done."),
    "run-resumed": say("Answered. The run goes on."),
    "mail-again": say("It is sent again, now."),
    "mail-moved": say("That mail is not stuck any more, so nothing was done."),
    "weighed": say("They are measured once a minute at most."),
    "linked": say("It is asked for all that it has. That takes a moment; look again."),
    "unlinked": say("The two go their own ways now. All that came from there stays here."),
    "asked": say("It is asked now. Look again in a moment."),
    "theirs": say("It is as it is in Ghost now. What it was here is in its history."),
    "ours": say("It stays as it is here."),
    "sample-removed": say("The sample is gone. What is here now is yours."),
    "look": say("Every page is printed so now."),
    "navigation": say("The navigation is changed, on every page."),
}


def saying(path: str, said: str) -> str:
    """The path, with the name of what was done. Raises KeyError for what has no words."""
    if not said:
        return path
    if said not in SAID:
        raise KeyError(said)
    parts = urlsplit(path)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, f"said={said}")))))
