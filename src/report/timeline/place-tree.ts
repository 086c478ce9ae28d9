/** Values by their place, as many as there are: what is above or below a place is found without looking at the others. */
import type { Effect, Owner } from "./effects.ts";

/** What a value is of, and the way to it. */
export type Place = Pick<Effect, "owner" | "path">;

/** Values by place; a value replaced keeps its turn. */
export interface PlaceTree<Value extends Place> {
  readonly get: (place: Place) => Value | undefined;
  readonly set: (value: Value) => void;
  /** The values above, at and below a place. */
  readonly near: (place: Place) => readonly Value[];
  /** Takes away what is above or below a place: a map took the place of a value, or a value that of a map. */
  readonly clear: (place: Place) => void;
  /** Owner by owner, in the order in which they were first set. */
  readonly all: () => readonly Value[];
}

interface Node<Value> {
  value: Value | undefined;
  readonly inner: Map<string, Node<Value>>;
}

/** Of one owner. */
interface Tree<Value> {
  readonly top: Node<Value>;
  /** Those with a value. */
  readonly order: Set<Node<Value>>;
}

/** Creates an empty one. */
export function createPlaceTree<Value extends Place>(): PlaceTree<Value> {
  const owners = new Map<string, Tree<Value>>();

  return {
    get({ owner, path }) {
      let node = owners.get(keyOf(owner))?.top;
      for (const key of path) node = node?.inner.get(key);
      return node?.value;
    },
    near({ owner, path }) {
      const above: Value[] = [];
      let node = owners.get(keyOf(owner))?.top;
      for (const key of path) {
        if (node?.value !== undefined) above.push(node.value);
        node = node?.inner.get(key);
      }
      return node === undefined ? above : [...above, ...valuesFrom(node)];
    },
    set(value) {
      const key = keyOf(value.owner);
      const tree = owners.get(key) ?? { top: newNode<Value>(), order: new Set<Node<Value>>() };
      owners.set(key, tree);
      let node = tree.top;
      for (const name of value.path) node = innerOf(node.inner, name);
      node.value = value;
      tree.order.add(node);
    },
    clear({ owner, path }) {
      const tree = owners.get(keyOf(owner));
      let node = tree?.top;
      for (const key of path) {
        if (tree === undefined || node === undefined) return;
        take(tree, node);
        node = node.inner.get(key);
      }
      if (tree !== undefined && node !== undefined) takeBelow(tree, node);
    },
    all: () =>
      [...owners.values()].flatMap(({ order }) =>
        [...order].flatMap(({ value }) => (value === undefined ? [] : [value])),
      ),
  };
}

function take<Value>({ order }: Tree<Value>, node: Node<Value>): void {
  node.value = undefined;
  order.delete(node);
}

function takeBelow<Value>(tree: Tree<Value>, top: Node<Value>): void {
  const open = [...top.inner.values()];
  top.inner.clear();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    take(tree, node);
    for (const below of node.inner.values()) open.push(below);
  }
}

function valuesFrom<Value>(top: Node<Value>): readonly Value[] {
  const open = [top];
  const found: Value[] = [];
  for (const { value, inner } of open) {
    if (value !== undefined) found.push(value);
    for (const below of inner.values()) open.push(below);
  }
  return found;
}

function newNode<Value>(): Node<Value> {
  return { value: undefined, inner: new Map() };
}

function keyOf({ type, id }: Owner): string {
  return JSON.stringify([type, id]);
}

function innerOf<Value>(nodes: Map<string, Node<Value>>, key: string): Node<Value> {
  const known = nodes.get(key);
  if (known !== undefined) return known;
  const node = newNode<Value>();
  nodes.set(key, node);
  return node;
}
