// This module performs no I/O.

/** A map from texts to values that also finds all keys that a text starts with, and all keys that start with a text. */

interface Node<V> {
  /** The text between the parent and here. */
  label: string;
  /** In the order of the first code units of their labels, which differ. */
  children: Node<V>[] | null;
  value: V | undefined;
}

/** A compressed tree of texts, in the order of code units. Every operation costs the length of the text, and of what it finds. */
export class PrefixTree<V extends object> {
  readonly #root: Node<V> = { label: "", children: null, value: undefined };
  #size = 0;

  /** How many keys have a value. */
  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      const child = childOf(node, key.charCodeAt(at));
      if (child === undefined || !key.startsWith(child.label, at)) return undefined;
      at += child.label.length;
      node = child;
    }
    return node.value;
  }

  /** Sets or replaces the value of a key. */
  set(key: string, value: V): void {
    const node = this.#nodeFor(key);
    if (node.value === undefined) this.#size++;
    node.value = value;
  }

  /** Removes a key; false when there was none. */
  delete(key: string): boolean {
    const path: Node<V>[] = [this.#root];
    for (let at = 0; at < key.length;) {
      const child = childOf(path.at(-1)!, key.charCodeAt(at));
      if (child === undefined || !key.startsWith(child.label, at)) return false;
      at += child.label.length;
      path.push(child);
    }
    const node = path.at(-1)!;
    if (node.value === undefined) return false;
    node.value = undefined;
    this.#size--;
    this.#prune(path);
    return true;
  }

  /** Calls `visit` with the value of every key that `text` starts with, shortest first. */
  visitAlong(text: string, visit: (value: V) => void): void {
    let node = this.#root;
    let at = 0;
    while (true) {
      if (node.value !== undefined) visit(node.value);
      if (at >= text.length) return;
      const child = childOf(node, text.charCodeAt(at));
      if (child === undefined || !text.startsWith(child.label, at)) return;
      at += child.label.length;
      node = child;
    }
  }

  /**
   * Calls `visit` with the value of every key that starts with `prefix`, in order.
   *
   * @param after Only keys that come after this one, so that a walk goes on where it stopped, whatever the tree has become.
   * @param visit Stops the walk with false.
   * @returns False when it was stopped.
   */
  visitBelow(prefix: string, after: string | null, visit: (value: V) => boolean): boolean {
    const top = this.#topOf(prefix);
    if (top === null) return true;
    const pending = after === null ? [top.node] : nodesAfter(top.node, top.key, after);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.value !== undefined && !visit(next.value)) return false;
      pushReversed(pending, next.children, 0);
    }
    return true;
  }

  /** The highest node whose key starts with `prefix`, and its key. */
  #topOf(prefix: string): { readonly node: Node<V>; readonly key: string } | null {
    let node = this.#root;
    let at = 0;
    let key = "";
    while (at < prefix.length) {
      const child = childOf(node, prefix.charCodeAt(at));
      if (child === undefined) return null;
      const isFit = prefix.length - at >= child.label.length
        ? prefix.startsWith(child.label, at)
        : child.label.startsWith(prefix.slice(at));
      if (!isFit) return null;
      key = prefix.slice(0, at) + child.label;
      at += child.label.length;
      node = child;
    }
    return { node, key };
  }

  #nodeFor(key: string): Node<V> {
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      node.children ??= [];
      const place = placeOf(node.children, key.charCodeAt(at));
      const child = node.children[place];
      if (child === undefined || child.label.charCodeAt(0) !== key.charCodeAt(at)) {
        const leaf: Node<V> = { label: key.slice(at), children: null, value: undefined };
        node.children.splice(place, 0, leaf);
        return leaf;
      }
      const shared = sharedLength(child.label, key, at);
      node = shared === child.label.length ? child : split(node.children, place, shared);
      at += shared;
    }
    return node;
  }

  /** Takes nodes out of the tree that hold nothing and lead nowhere, and joins a node with its only child. */
  #prune(path: Node<V>[]): void {
    for (let depth = path.length - 1; depth > 0; depth--) {
      const node = path[depth]!;
      if (node.value !== undefined) return;
      const parent = path[depth - 1]!;
      const count = node.children?.length ?? 0;
      if (count > 1) return;
      if (count === 0) {
        parent.children!.splice(placeOf(parent.children!, node.label.charCodeAt(0)), 1);
        if (parent.children!.length === 0) parent.children = null;
        continue;
      }
      const [child] = node.children!;
      node.label += child!.label;
      node.value = child!.value;
      node.children = child!.children;
      return;
    }
  }
}

/** Where a child with this first code unit is, or would be. */
function placeOf<V>(children: readonly Node<V>[], code: number): number {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (children[middle]!.label.charCodeAt(0) < code) low = middle + 1;
    else high = middle;
  }
  return low;
}

function childOf<V>({ children }: Node<V>, code: number): Node<V> | undefined {
  if (children === null) return undefined;
  const child = children[placeOf(children, code)];
  return child?.label.charCodeAt(0) === code ? child : undefined;
}

/** Puts children on a stack from which they are taken in order. */
function pushReversed<V>(stack: Node<V>[], children: readonly Node<V>[] | null, from: number): void {
  if (children === null) return;
  for (let at = children.length - 1; at >= from; at--) stack.push(children[at]!);
}

/** A stack of the subtrees at and below a node whose keys come after `after`. */
function nodesAfter<V>(top: Node<V>, key: string, after: string): Node<V>[] {
  if (!after.startsWith(key)) return key > after ? [top] : [];
  const stack: Node<V>[] = [];
  let node = top;
  let at = key.length;
  while (node.children !== null) {
    if (at === after.length) {
      pushReversed(stack, node.children, 0);
      break;
    }
    const place = placeOf(node.children, after.charCodeAt(at));
    const child = node.children[place];
    if (child === undefined || !after.startsWith(child.label, at)) {
      const isBefore = child !== undefined && child.label < after.slice(at);
      pushReversed(stack, node.children, isBefore ? place + 1 : place);
      break;
    }
    pushReversed(stack, node.children, place + 1);
    at += child.label.length;
    node = child;
  }
  return stack;
}

function sharedLength(label: string, key: string, at: number): number {
  let length = 1;
  while (length < label.length && label.charCodeAt(length) === key.charCodeAt(at + length)) length++;
  return length;
}

/** Puts a node between a child and its parent, `length` into the label of the child. */
function split<V>(siblings: Node<V>[], place: number, length: number): Node<V> {
  const child = siblings[place]!;
  const middle: Node<V> = { label: child.label.slice(0, length), children: [child], value: undefined };
  child.label = child.label.slice(length);
  siblings[place] = middle;
  return middle;
}
