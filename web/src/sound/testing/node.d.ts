/** The little of Node that the tests use; the page itself must not know it. */
declare module "node:fs" {
  export function readFileSync(path: string | URL): Uint8Array<ArrayBuffer>;
}
