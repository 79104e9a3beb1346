// This module performs no I/O.

/** A map from texts to values that also finds all keys that a text starts with, and all keys that start with a text. */

interface Node<V> {
  /** The text between the parent and here. */
  label: string;
  /** By the first code unit of the label. */
  children: Map<number, Node<V>> | null;
  value: V | undefined;
}

/** A compressed tree of texts. Every operation costs the length of the text, and of what it finds. */
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
      const child = node.children?.get(key.charCodeAt(at));
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
      const child = path.at(-1)!.children?.get(key.charCodeAt(at));
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
      const child = node.children?.get(text.charCodeAt(at));
      if (child === undefined || !text.startsWith(child.label, at)) return;
      at += child.label.length;
      node = child;
    }
  }

  /** Calls `visit` with the value of every key that starts with `prefix`. */
  visitBelow(prefix: string, visit: (value: V) => void): void {
    let node = this.#root;
    let at = 0;
    while (at < prefix.length) {
      const child = node.children?.get(prefix.charCodeAt(at));
      if (child === undefined) return;
      const rest = prefix.length - at;
      const isFit = rest >= child.label.length
        ? prefix.startsWith(child.label, at)
        : child.label.startsWith(prefix.slice(at));
      if (!isFit) return;
      at += child.label.length;
      node = child;
    }
    const pending = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.value !== undefined) visit(next.value);
      if (next.children !== null) pending.push(...next.children.values());
    }
  }

  #nodeFor(key: string): Node<V> {
    let node = this.#root;
    let at = 0;
    while (at < key.length) {
      node.children ??= new Map();
      const child = node.children.get(key.charCodeAt(at));
      if (child === undefined) {
        const leaf: Node<V> = { label: key.slice(at), children: null, value: undefined };
        node.children.set(key.charCodeAt(at), leaf);
        return leaf;
      }
      const shared = sharedLength(child.label, key, at);
      node = shared === child.label.length ? child : split(node, child, shared);
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
      const count = node.children?.size ?? 0;
      if (count > 1) return;
      if (count === 0) {
        parent.children!.delete(node.label.charCodeAt(0));
        if (parent.children!.size === 0) parent.children = null;
        continue;
      }
      const [child] = node.children!.values();
      node.label += child!.label;
      node.value = child!.value;
      node.children = child!.children;
      return;
    }
  }
}

function sharedLength(label: string, key: string, at: number): number {
  let length = 1;
  while (length < label.length && label.charCodeAt(length) === key.charCodeAt(at + length)) length++;
  return length;
}

/** Puts a node between two others, `length` into the label of the lower one. */
function split<V>(parent: Node<V>, child: Node<V>, length: number): Node<V> {
  const children = new Map([[child.label.charCodeAt(length), child]]);
  const middle: Node<V> = { label: child.label.slice(0, length), children, value: undefined };
  parent.children!.set(child.label.charCodeAt(0), middle);
  child.label = child.label.slice(length);
  return middle;
}
