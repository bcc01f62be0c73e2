export const urlShape = (url: string): string => url.split("?")[0]!;
