"""The initial state of the workspace: people, channels, user groups, and the app from its manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from slackguide.sandbox.id_generator import stable_id


class PersonRole(StrEnum):
    """The role of a person. Slack's own fields mark guests and people of other companies."""

    AGENT = "agent"
    TEAM_LEAD = "team_lead"
    SPECIALIST = "specialist"
    GUEST = "guest"
    SINGLE_CHANNEL_GUEST = "single_channel_guest"
    OUTSIDER = "outsider"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member. `users.list` returns only those that are `listed`; people of other companies are not.

    `bot` marks the user of another app, which is a member of channels but only posts messages. `tz` is an IANA time
    zone. `home_team` is the id of another workspace of the same organization (Enterprise Grid), or of the organization:
    Slack may name it in `team_id` for people of several workspaces, who all are in `enterprise_user.teams`.
    """

    name: str
    real_name: str
    role: PersonRole
    title: str = ""
    deleted: bool = False
    bot: bool = False
    listed: bool = True
    tz: str = "Etc/UTC"
    home_team: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", stable_id("U", self.name))


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel. `members` are ids of people; `bot_joined` is the app's membership.

    `shared` means Slack Connect, `pending_shared` a pending invitation of another company, `org_shared` sharing among
    the workspaces of one organization.
    """

    name: str
    purpose: str = ""
    members: tuple[str, ...] = ()
    bot_joined: bool = True
    private: bool = False
    archived: bool = False
    shared: bool = False
    pending_shared: bool = False
    org_shared: bool = False
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", stable_id("C", self.name))


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    """A user group such as @team-leads, with the ids of its members."""

    handle: str
    name: str
    users: tuple[str, ...] = ()
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", stable_id("S", self.handle))


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command from the manifest."""

    name: str
    description: str = ""
    usage: str = ""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A shortcut from the manifest. `kind` is `global` or `message`."""

    callback_id: str
    name: str
    kind: str = "global"


ALL_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)


@dataclass(frozen=True, kw_only=True)
class BotApp:
    """The app's registration: names, commands, shortcuts, events, and the scopes of the bot token."""

    name: str = "slackguide"
    display_name: str = "Slackguide"
    id: str = "A0SLACKGUIDE"
    bot_id: str = "B0SLACKGUIDE"
    user_id: str = "U0SLACKGUIDE"
    commands: tuple[Command, ...] = (Command(name="/route"),)
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = frozenset({"message.im", "app_mention", "app_home_opened"})
    scopes: frozenset[str] = ALL_SCOPES

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> BotApp:
        """Return the app that a manifest registers. Raises KeyError without `display_information.name`."""
        features = manifest.get("features", {})
        settings = manifest.get("settings", {})
        name = manifest["display_information"]["name"]
        return cls(
            name=name.lower().replace(" ", ""),
            display_name=features.get("bot_user", {}).get("display_name", name),
            commands=tuple(
                Command(
                    name=command["command"],
                    description=command.get("description", ""),
                    usage=command.get("usage_hint", ""),
                )
                for command in features.get("slash_commands", ())
            ),
            shortcuts=tuple(
                Shortcut(callback_id=shortcut["callback_id"], name=shortcut["name"], kind=shortcut["type"])
                for shortcut in features.get("shortcuts", ())
            ),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        )

    def command(self, name: str) -> Command | None:
        """Return the command with this name, including the slash, None if it is not registered."""
        return next((command for command in self.commands if command.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Team:
    """The initial state of a workspace."""

    people: tuple[Person, ...]
    channels: tuple[Channel, ...]
    groups: tuple[UserGroup, ...] = ()
    name: str = "Support"
    domain: str = "support"
    id: str = "T0SANDBOX01"
    partner_name: str = "Partner Ltd"
    partner_id: str = "T0PARTNER01"
    app: BotApp = field(default_factory=BotApp)


ANA = Person(name="ana", real_name="Ana Ribeiro", role=PersonRole.AGENT, title="Support agent")
BEN = Person(name="ben", real_name="Ben Okafor", role=PersonRole.AGENT, title="Support agent")
LENA = Person(name="lena", real_name="Lena Fischer", role=PersonRole.TEAM_LEAD, title="Team lead, Support")
MAREK = Person(name="marek", real_name="Marek Nowak", role=PersonRole.SPECIALIST, title="Specialist")
PRIYA = Person(name="priya", real_name="Priya Nair", role=PersonRole.SPECIALIST, title="Specialist")
GIL = Person(name="gil", real_name="Gil Santos", role=PersonRole.GUEST, title="Guest")
OLGA = Person(name="olga", real_name="Olga Lindt", role=PersonRole.OUTSIDER, title="Partner Ltd", listed=False)


def demo_team(
    *,
    escalation_channels: Sequence[str] = (),
    titles: Mapping[str, str] | None = None,
    groups: Mapping[str, Iterable[str]] | None = None,
    app: BotApp | None = None,
) -> Team:
    """Return a small support team: two agents, a team lead, two specialists, a guest and a partner.

    `escalation_channels` are the channel names of the knowledge base. `groups` maps the handle of each of its user
    groups to the names of the members; the default has team leads and a group of specialists. `titles` replaces the
    titles of people, by name.
    """
    staff = tuple(
        replace(person, title=(titles or {}).get(person.name, person.title))
        for person in (ANA, BEN, LENA, MAREK, PRIYA)
    )
    staff_ids = tuple(person.id for person in staff)
    by_name = {person.name: person for person in (*staff, GIL, OLGA)}
    members = groups or {"team-leads": ("lena",), "specialists": ("marek", "priya")}
    return Team(
        people=(*staff, GIL, OLGA),
        channels=(
            Channel(name="general", purpose="News for everyone", members=(*staff_ids, GIL.id)),
            *(
                Channel(name=name, purpose=f"Escalations: {name.removeprefix('ask-')}", members=staff_ids)
                for name in dict.fromkeys(escalation_channels)
            ),
            Channel(name="partner-desk", purpose="Shared with Partner Ltd", members=(*staff_ids, OLGA.id), shared=True),
        ),
        groups=tuple(
            UserGroup(
                handle=handle,
                name=handle.replace("-", " ").capitalize(),
                users=tuple(by_name[name].id for name in names if name in by_name),
            )
            for handle, names in members.items()
        ),
        app=app or BotApp(),
    )
