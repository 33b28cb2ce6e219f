import "./layout.css";

export const metadata = { title: "Harbour" };

export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}
