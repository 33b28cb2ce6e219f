import * as React from "react";

export default function Missing() {
  return <h1>Not found</h1>;
}
