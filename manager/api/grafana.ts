export function grafanaDashboard(): { title: string } & Record<string, unknown> {
  return { title: "RustProxy" };
}
