/** Folders that serve as whole machines on which nothing is installed. Linux. */

/** Places where programs lie. */
const PROGRAM_FOLDERS = ["bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "opt"];

/** What must not be there: whatever runs programs in JavaScript, TypeScript or Python. */
const RUNNERS = /^(?:deno|node|nodejs|bun|npm|npx|python[\d.]*|pypy[\d.]*)$/;

/** The place of cake in a root. */
export const CAKE_PATH = "/usr/local/bin/cake";

/** Makes a machine of Debian's base packages in a folder, unless it is there already. As root. */
export async function makeDebianRoot(folder: string): Promise<void> {
  try {
    await Deno.stat(`${folder}/etc/debian_version`);
    return;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const draft = `${folder}.new`;
  await Deno.remove(draft, { recursive: true }).catch(() => {});
  await succeed("debootstrap", "--variant=minbase", "bookworm", draft);
  await Deno.rename(draft, folder);
}

/** Makes a machine that holds nothing but the dynamic libraries that a program needs. */
export async function makeEmptyRoot(folder: string, program: string): Promise<void> {
  const libraries = (await succeed("ldd", program)).matchAll(/(\/\S+) \(0x/g);
  for (const [, library] of libraries) {
    const path = `${folder}${library}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(library!, path);
  }
  for (const name of ["tmp", "root", "proc", "dev", "usr/local/bin"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
}

/** Puts cake there. */
export async function installCake(root: string, cake: string): Promise<void> {
  await Deno.mkdir(`${root}/usr/local/bin`, { recursive: true });
  await Deno.copyFile(cake, `${root}${CAKE_PATH}`);
  await Deno.chmod(`${root}${CAKE_PATH}`, 0o755);
}

/** Programs in a root that could run roles in place of cake. */
export async function runnersIn(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of PROGRAM_FOLDERS) {
    try {
      for await (const { name } of Deno.readDir(`${root}/${folder}`)) {
        if (RUNNERS.test(name)) found.push(`/${folder}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found;
}

/**
 * Connects a root with what a kernel gives to every machine, and with folders of this one, which have the same paths there.
 * For a process in a mount namespace of its own, with which all of it ends.
 */
export async function mountInto(root: string, folders: readonly string[]): Promise<void> {
  await Deno.mkdir(`${root}/proc`, { recursive: true });
  await succeed("mount", "-t", "proc", "proc", `${root}/proc`);
  for (const device of ["null", "zero", "urandom"]) {
    const path = `${root}/dev/${device}`;
    await Deno.mkdir(`${root}/dev`, { recursive: true });
    await Deno.writeFile(path, new Uint8Array(), { create: true, append: true });
    await succeed("mount", "--bind", `/dev/${device}`, path);
  }
  for (const folder of folders) {
    await Deno.mkdir(`${root}${folder}`, { recursive: true });
    await succeed("mount", "--bind", folder, `${root}${folder}`);
  }
}

/** Runs a program of this machine to its end and returns its output. */
export async function succeed(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr, code } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`${[command, ...args].join(" ")} ended with ${code}\n${new TextDecoder().decode(stderr)}`);
}
