"""Who and what there is when the workspace opens: people, channels, user groups, and the app as its manifest has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from slackguide.sandbox.id_generator import stable_id


class PersonRole(StrEnum):
    """What a person is to the company; guests and outsiders are also marked as such in Slack's own fields."""

    AGENT = "agent"
    TEAM_LEAD = "team_lead"
    SPECIALIST = "specialist"
    GUEST = "guest"
    SINGLE_CHANNEL_GUEST = "single_channel_guest"
    OUTSIDER = "outsider"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member. `listed` is whether `users.list` has them: `users.info` alone finds people of other companies.

    `bot` is the user of another app: it is a member of channels, and does nothing by itself.
    """

    name: str
    real_name: str
    role: PersonRole
    title: str = ""
    deleted: bool = False
    bot: bool = False
    listed: bool = True
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", stable_id("U", self.name))


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A conversation that people join. `members` are person ids; the bot's own seat is `bot_joined`.

    `shared` is Slack Connect, `pending_shared` an invitation of another company that it has not accepted yet,
    `org_shared` sharing among the workspaces of one organization.
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
    """A group such as @team-leads, with the ids of its people."""

    handle: str
    name: str
    users: tuple[str, ...] = ()
    id: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", stable_id("S", self.handle))


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command as the manifest declares it: what the composer completes."""

    name: str
    description: str = ""
    usage: str = ""


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A global shortcut or a message shortcut (`kind` is `global` or `message`)."""

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
    """The app as Slack knows it: its names, what it registered, and the scopes of its bot token."""

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
        """Read the surfaces and scopes off an app manifest, so that the workspace offers exactly what is registered.

        Raises KeyError when the manifest has no `display_information.name`.
        """
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
        """The declared command of that name, slash included."""
        return next((command for command in self.commands if command.name == name), None)


@dataclass(frozen=True, kw_only=True)
class Team:
    """The workspace on its first day."""

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
MAREK = Person(name="marek", real_name="Marek Nowak", role=PersonRole.SPECIALIST, title="Specialist, Disputes")
PRIYA = Person(name="priya", real_name="Priya Nair", role=PersonRole.SPECIALIST, title="Specialist, Content Engagement")
GIL = Person(name="gil", real_name="Gil Santos", role=PersonRole.GUEST, title="Contractor")
OLGA = Person(name="olga", real_name="Olga Lindt", role=PersonRole.OUTSIDER, title="Partner Ltd", listed=False)


def demo_team(
    *,
    escalation_channels: Sequence[str] = ("ask-disputes", "ask-ce"),
    groups: Mapping[str, Iterable[str]] | None = None,
    app: BotApp | None = None,
) -> Team:
    """A small support department: two agents, a team lead, two specialists, a guest and a partner.

    `escalation_channels` are the channel names of the knowledge base. `groups` maps the handle of each user group the
    knowledge base names to the people in it (by name); without it there are team leads and two groups of specialists.
    """
    staff = (ANA, BEN, LENA, MAREK, PRIYA)
    everyone = tuple(person.id for person in staff)
    by_name = {person.name: person for person in (*staff, GIL, OLGA)}
    chosen = groups or {"team-leads": ("lena",), "disputes-specialists": ("marek",), "ce-specialists": ("priya",)}
    return Team(
        people=(*staff, GIL, OLGA),
        channels=(
            Channel(name="general", purpose="News for everyone", members=(*everyone, GIL.id)),
            *(
                Channel(name=name, purpose=f"Escalations: {name.removeprefix('ask-')}", members=everyone)
                for name in dict.fromkeys(escalation_channels)
            ),
            Channel(name="partner-desk", purpose="Shared with Partner Ltd", members=(*everyone, OLGA.id), shared=True),
        ),
        groups=tuple(
            UserGroup(
                handle=handle,
                name=handle.replace("-", " ").capitalize(),
                users=tuple(by_name[name].id for name in names if name in by_name),
            )
            for handle, names in chosen.items()
        ),
        app=app or BotApp(),
    )
