/** Runs one statement over HTTP and gives its answer as text; `settings` go along as URL parameters. */
export async function sql(
  url: string,
  statement: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/?${new URLSearchParams(settings).toString()}`, {
    method: "POST",
    body: statement,
  });
  const text = (await response.text()).trim();
  if (!response.ok) throw new Error(text);
  return text;
}
