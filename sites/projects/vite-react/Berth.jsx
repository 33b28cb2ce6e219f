import { useParams } from "react-router";
import hills from "./content/hills.png?url";

export default function Berth() {
  return <><h1>Berth {useParams().name}</h1><img src={hills} alt="Hills" /></>;
}
