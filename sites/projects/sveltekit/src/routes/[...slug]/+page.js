export const prerender = true;

export const entries = () => ["", "about", "guide", "guide/install", "guide/v1.2"].map((slug) => ({ slug }));
