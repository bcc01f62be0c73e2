const letters = (n: number): string => String.fromCodePoint(97 + (n % 26), 97 + (Math.floor(n / 26) % 26));

/** Names of resources in all the forms that are taken apart, and one folder with ever new names. */
export function nameOf(n: number): string {
  const odd = [
    "https://o'brien@acme.example:8443/v1/users/4711/ü?x=\\'#y",
    "ada.o'brien@acme.example",
    "arn:aws:iam::123456789012:role/ci\\deploy",
    "kv/2f1c8a90-1111-2222-3333-444455556666/deadbeef0badf00d/é😀/a/b/c/d",
    "C:\\temp\\report 12.pdf",
    "//",
  ];
  return n % 8 === 1 ? odd[Math.floor(n / 8) % odd.length]! : `box/in/${letters(n)}/${n % 3}`;
}
