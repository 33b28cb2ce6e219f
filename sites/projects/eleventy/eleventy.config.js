import { InputPathToUrlTransformPlugin } from "@11ty/eleventy";

export default function (config) {
  config.addPlugin(InputPathToUrlTransformPlugin);
  config.addPassthroughCopy("content/hills.png");
  config.addGlobalData("layout", "page.html");
  return { dir: { input: "content" } };
}
