// Types that the page's modules share. Only the type checker reads this file.

// Responses of the sandbox (see ui/snapshot.py)

export interface Person {
  id: string;
  name: string;
  real_name: string;
  role: string;
  title: string;
  deleted: boolean;
}

export interface UserGroup {
  id: string;
  handle: string;
}

export interface Command {
  name: string;
  description: string;
  usage: string;
}

export interface Shortcut {
  callback_id: string;
  name: string;
  kind: string;
}

export interface BotApp {
  name: string;
  display_name: string;
  user_id: string;
  commands: Command[];
  shortcuts: Shortcut[];
  /** Whether the app has a Home tab. */
  home: boolean;
}

export interface Team {
  name: string;
  partner: string;
}

export interface Channel {
  id: string;
  name: string;
  purpose: string;
  /** Whether it is the direct message with the app. */
  direct: boolean;
  private: boolean;
  archived: boolean;
  shared: boolean;
  /** Whether the app is a member. */
  bot: boolean;
  members: string[];
  /** The ts up to which this person has read, empty at first. */
  read: string;
}

/** `ts` and `thread_ts` are epoch seconds with six decimals, as text. */
export interface Message {
  channel: string;
  ts: string;
  user: string;
  text: string;
  blocks: Block[];
  thread_ts: string | null;
  bot: boolean;
  edited: boolean;
  ephemeral: boolean;
  broadcast: boolean;
  subtype: string | null;
  state: FieldStates | null;
}

export interface View {
  id: string;
  hash: string;
  type: "modal" | "home";
  content: ViewContent;
  values: FieldStates;
}

export interface Fault {
  kind: string;
  method: string;
  times: number | null;
  seconds: number;
}

/** The response to `/sandbox/state`: the state that a person sees, or with `whole` false, the changes since a number. */
export interface Snapshot {
  run: string;
  number: number;
  whole: boolean;
  me: string;
  team: Team;
  people: Person[];
  groups: UserGroup[];
  app: BotApp;
  channels: Channel[];
  messages: Message[];
  /** The ts of messages that were deleted. */
  gone: string[];
  /** Open modals, the top one last. */
  stack: View[];
  home: View | null;
  /** Epoch seconds. */
  now: number;
  movable: boolean;
  preview: boolean;
  faults: Fault[];
  /** The number of open Socket Mode connections; null if the app is connected over HTTP. */
  sockets: number | null;
}

/** The outcome of a user action that sent a request to the app. */
export interface Outcome {
  exchange: number;
  ok: boolean;
  notice: string | null;
  /** Block id to text. */
  errors: Record<string, string>;
  options: Option[];
  number: number;
  /** HTTP status of the app's reply; null without one. */
  status: number | null;
  milliseconds: number;
}

export interface Problem {
  at: string;
  message: string;
  rule: string;
}

export interface Call {
  number: number;
  at: number;
  method: string;
  arguments: Record<string, unknown>;
  answer: { error?: string; [key: string]: unknown };
  status: number | null;
  ok: boolean;
  milliseconds: number;
  fault: string | null;
  url: string | null;
  problems: Problem[];
}

/** The parts of a payload to the app that the request log summarizes. */
export interface Payload {
  command?: string;
  text?: string;
  response_url?: string;
  actions?: { action_id: string }[];
  event?: { subtype?: string; text?: string; tab?: string };
  view?: { callback_id?: string };
  callback_id?: string;
  action_id?: string;
}

export interface Exchange extends Outcome {
  at: number;
  kind: string;
  person: string;
  sent: Payload;
  headers: Record<string, string>;
  reply: { status: number | null; body: string; failure: string | null; milliseconds: number } | null;
  /** The numbers of the Web API calls until the reply. */
  calls: number[];
  problems: Problem[];
  retry: number;
}

export interface RequestLog {
  exchanges: Exchange[];
  calls: Call[];
}

export interface KnowledgeEntry {
  id: string;
  title: string;
}

export interface KnowledgeError {
  where: string;
  message: string;
}

export interface TriageRow {
  answers: string[];
  destination: string;
}

export interface KnowledgeCard {
  id: string;
  blocks: Block[];
  triage?: TriageRow[];
  error?: string;
}

// Block Kit

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
  emoji?: boolean;
  verbatim?: boolean;
}

export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
  url?: string;
}

export interface Confirm {
  title: TextObject;
  text: TextObject;
  confirm: TextObject;
  deny: TextObject;
  style?: string;
}

interface AnyElement {
  action_id: string;
  placeholder?: TextObject;
  confirm?: Confirm;
  focus_on_load?: boolean;
}

export interface ButtonElement extends AnyElement {
  type: "button";
  text: TextObject;
  value?: string;
  url?: string;
  style?: "primary" | "danger";
  accessibility_label?: string;
}

export interface OverflowElement extends AnyElement {
  type: "overflow";
  options: Option[];
}

export interface SelectElement extends AnyElement {
  type: "static_select" | "multi_static_select" | "external_select";
  options?: Option[];
  option_groups?: { label: TextObject; options: Option[] }[];
  max_selected_items?: number;
  min_query_length?: number;
}

export interface PeopleElement extends AnyElement {
  type: "users_select";
}

export interface ChoiceElement extends AnyElement {
  type: "checkboxes" | "radio_buttons";
  options: Option[];
}

export interface DateElement extends AnyElement {
  type: "datepicker";
}

export interface TextElement extends AnyElement {
  type: "plain_text_input" | "url_text_input" | "number_input";
  multiline?: boolean;
  max_length?: number;
  dispatch_action_config?: { trigger_actions_on?: string[] };
}

export type BlockElement =
  | ButtonElement
  | OverflowElement
  | SelectElement
  | PeopleElement
  | ChoiceElement
  | DateElement
  | TextElement;

export interface SectionBlock {
  type: "section";
  block_id: string;
  text?: TextObject;
  fields?: TextObject[];
  accessory?: BlockElement;
}

export interface InputBlock {
  type: "input";
  block_id: string;
  label: TextObject;
  hint?: TextObject;
  element: BlockElement;
  optional?: boolean;
  dispatch_action?: boolean;
}

export interface HeaderBlock {
  type: "header";
  block_id: string;
  text: TextObject;
}

export interface DividerBlock {
  type: "divider";
  block_id: string;
}

export interface ContextBlock {
  type: "context";
  block_id: string;
  elements: TextObject[];
}

export interface ActionsBlock {
  type: "actions";
  block_id: string;
  elements: BlockElement[];
}

export interface RichTextBlock {
  type: "rich_text";
  block_id: string;
  elements: RichTextContainer[];
}

export type Block =
  | SectionBlock
  | InputBlock
  | HeaderBlock
  | DividerBlock
  | ContextBlock
  | ActionsBlock
  | RichTextBlock;

/** Blocks with interactive elements. */
export type ActiveBlock = SectionBlock | InputBlock | ActionsBlock;

export interface RichTextSection {
  type: "rich_text_section" | "rich_text_preformatted" | "rich_text_quote";
  elements: RichTextPiece[];
}

export interface RichTextList {
  type: "rich_text_list";
  style: "ordered" | "bullet";
  indent?: number;
  offset?: number;
  elements: RichTextSection[];
}

export type RichTextContainer = RichTextSection | RichTextList;

export interface TextStyle {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
  underline?: boolean;
}

export type RichTextPiece =
  | { type: "text"; text: string; style?: TextStyle }
  | { type: "link"; url: string; text?: string; style?: TextStyle }
  | { type: "emoji"; name: string }
  | { type: "user"; user_id: string }
  | { type: "channel"; channel_id: string }
  | { type: "usergroup"; usergroup_id: string }
  | { type: "broadcast"; range: string }
  | { type: "date"; timestamp: number; format: string; fallback?: string };

export interface ViewContent {
  title: TextObject;
  submit?: TextObject;
  close?: TextObject;
  blocks: Block[];
}

/** The state of one element, with the key for its type in `state.values`. */
export interface FieldState {
  type: string;
  value?: string | null;
  selected_option?: Option | null;
  selected_options?: Option[];
  selected_user?: string | null;
  selected_date?: string | null;
}

/** Block id to action id to state. */
export type FieldStates = Record<string, Record<string, FieldState>>;

// The page

/** A chosen or typed value: an option or its value, several options, a text, or none. */
export type Chosen = Option | Option[] | string | null | undefined;

/** The surface of blocks: the state of their elements, and the handlers of their actions. */
export interface Surface {
  values: FieldStates;
  store(block: ActiveBlock, element: BlockElement, state: FieldState): void;
  click(block: ActiveBlock, element: BlockElement, value: Chosen): void;
  suggest(block: ActiveBlock, element: BlockElement, query: string): Promise<Option[]>;
  redraw(): void;
  /** Block id to text. */
  errors?: Record<string, string>;
  /** Block id to text. */
  failed?: Record<string, string>;
  /** `block id/action id` of pending actions. */
  busy?: Set<string>;
  enter?(): void;
  /** Whether the blocks are shown without their actions. */
  still?: boolean;
  /** The HTML element of header blocks. */
  heading?: string;
}

/** The accessible label of an element. */
export interface Labelling {
  label?: string;
  describedby?: string;
  invalid?: boolean;
}

/** The page's local state of a message or view: pending and failed actions, and input. */
export interface LocalState {
  busy: Set<string>;
  failed: Record<string, string>;
  values: FieldStates;
  errors: Record<string, string>;
  error: string | null;
  sending: boolean;
  /** Whether the last reply had errors, and the focus has not been moved to the first one yet. */
  focusError: boolean;
}

export interface Choice {
  value: string;
  label: string;
  detail?: string;
  group?: string;
  option?: Option;
}

export interface MenuItem {
  label: string;
  run(): unknown;
  detail?: string;
  danger?: boolean;
  checked?: boolean;
  before?: Node;
}

export type MenuLine = MenuItem | { heading: string } | "-";

export interface Layer {
  close(options?: { refocus?: boolean }): void;
  place(): void;
}

export interface Route {
  /** A channel id, "home" for the app's Home tab, or null at first. */
  place: string | null;
  /** The ts of the thread's parent. */
  thread: string | null;
  /** The tool panel. */
  panel: string | null;
  /** The ts of the linked message. */
  message: string | null;
  /** Whether the list of channels is open on a narrow screen. */
  list: boolean;
}

/** The kinds of change for the listeners of `store.js`. */
export type Change = "state" | "person" | "sent" | "replied" | "ui" | "route" | "offline";

// DOM nodes

export type Child = Node | string | null | undefined | false | Child[];

type TagOf<Name extends string> = Name extends `${infer Tag}.${string}` ? Tag : Name;

/** The element that `h(name)` returns: `"button.primary"` a button, `".row"` a div. */
export type ElementOf<Name extends string> = TagOf<Name> extends "" ? HTMLDivElement
  : TagOf<Name> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[TagOf<Name>]
  : HTMLElement;

type Listeners<Made extends HTMLElement> = {
  [Kind in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Kind] & { currentTarget: Made }) => unknown;
};

/** Attributes and properties of a node. Those that are null, undefined or false are omitted. */
export interface Props<Made extends HTMLElement> {
  on?: Listeners<Made>;
  class?: string;
  data?: Record<string, string>;
  [name: string]: unknown;
}
