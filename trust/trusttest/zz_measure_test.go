package trusttest
import ("testing";"time";"os";"os/exec";"fmt";"crypto/x509";"strings";"path/filepath";"net";"context")
func run(env []string, name string, args ...string) string {
	ctx, c := context.WithTimeout(context.Background(), 5*time.Second); defer c()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append([]string{"PATH="+os.Getenv("PATH"),"HOME=/nonexistent","GIT_TERMINAL_PROMPT=0"}, env...)
	out, err := cmd.CombinedOutput()
	if err == nil { return "OK" }
	l := strings.Split(strings.TrimSpace(string(out)),"\n")
	return "FAIL "+l[len(l)-1]
}
func TestMeasure(t *testing.T) {
	list, stop := Scenarios(time.Now()); defer stop()
	dir := t.TempDir()
	for _, s := range list {
		files := map[string][]*x509.Certificate{}
		if len(s.Sends)>0 { files["leaf"]=s.Sends[:1]; if len(s.Sends)>1 {files["sent"]=s.Sends} }
		if s.Root!=nil { files["root"]=[]*x509.Certificate{s.Root}; files["leaf+root"]=[]*x509.Certificate{s.Sends[0],s.Root} }
		if len(files)==0 {files["root"]=s.Public}
		for _, k := range []string{"leaf","sent","root","leaf+root"} {
			if files[k]==nil {continue}
			f := filepath.Join(dir,"f.crt"); os.WriteFile(f,PEM(files[k]...),0o600)
			h,_,_ := net.SplitHostPort(s.Addr)
			var env, cargs, gargs []string
			if s.Proxy!=nil { cargs=append(cargs,"-x",s.Proxy.String()); gargs=append(gargs,"-c","http.proxy="+s.Proxy.String()) } else if h!="" && net.ParseIP(s.Host)==nil {
				cargs=append(cargs,"--resolve",s.Host+":"+s.Port+":"+h); gargs=append(gargs,"-c","http.curloptResolve="+s.Host+":"+s.Port+":"+h) }
			g := run(append(env,"GIT_SSL_CAINFO="+f),"git",append(gargs,"ls-remote",s.CloneURL())...)
			c := run(nil,"curl",append(cargs,"-sS","-o","/dev/null","--max-time","3","--cacert",f,s.URL()+"/")...)
			fmt.Printf("%-32s %-10s git %-70.70s curl %.70s\n",s.Name,k,g,c)
		}
	}
}
