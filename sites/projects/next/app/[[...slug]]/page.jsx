import Image from "next/image";
import Link from "next/link";
import hills from "../../content/hills.png";

const PAGES = ["", "about", "guide", "guide/install", "guide/v1.2", "guide/deep", "guide/deep/notes"];

export const dynamicParams = false;

export function generateStaticParams() {
  return PAGES.map((path) => ({ slug: path ? path.split("/") : [] }));
}

export default async function Page({ params }) {
  const { slug = [] } = await params;
  return (
    <>
      <h1>{slug.join("/") || "home"}</h1>
      {PAGES.map((path) => <p key={path}><Link href={`/${path}`}>{path || "home"}</Link></p>)}
      <Image src={hills} alt="Hills" />
    </>
  );
}
