// Not a process of cake.
Deno.stdout.writeSync(new TextEncoder().encode("hello\n"));
