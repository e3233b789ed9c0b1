#include <gtest/gtest.h>
#include <random>
#include "kernels/closed_form.hpp"
#include "kernels/packed_road.hpp"
#include "kernels/registry.hpp"
#include "kernels/start_state.hpp"
#include "kernels/isa.hpp"
namespace trafficbench {
TEST(Quick, Everything) {
  std::mt19937 rng(1);
  auto pick=[&](int a,int b){return std::uniform_int_distribution<int>(a,b)(rng);};
  for (auto& isa: built_isas()) std::printf("%s %d %d\n", isa.name.c_str(), isa.runs_here, isa.register_bits);
  std::printf("chosen %s\n", selected_isa().c_str());
  for (int trial=0; trial<3000; ++trial) {
    const int n = pick(1, trial%2?40:700); const int T = pick(0, trial%3?20:2*n+5);
    auto start = philox_start(n, pick(0,10)/10.0, trial);
    PackedRoad road(*start,0,n), next(n);
    std::int64_t total=0,last=0;
    for(int t=0;t<T;++t){ last=0; for(int i=0;i<n;++i){ bool c=road.car(i),r=road.car((i+1)%n),l=road.car((i+n-1)%n); next.set(i,c?r:l); last+=c&&!r;} total+=last; std::swap(road,next);}    
    PackedRoad closed(n);
    ClosedForm cf(*start, PackedRoad(*start,0,n).cars(), T);
    auto m=cf.state(0,n,closed.words());
    ASSERT_EQ(closed, road) << n << " " << T;
    ASSERT_EQ(m.total,total); ASSERT_EQ(m.last,last);
    for (auto* v: variants()) for (int threads: {1,2,5}) {
      int depth=pick(1,20);
      auto seg=make_segment(*v,{n,{depth,depth},{}},threads);
      seg->load(*start,0);
      std::int64_t got=0,gotlast=0;
      for(int done=0; done<T;){ std::vector<std::uint64_t> l(words_for(depth)),r(words_for(depth)); read_ring(*seg,-depth,depth,l); read_ring(*seg,0,depth,r); seg->set_halo(l,r,{depth,depth}); int k=std::min(depth,T-done); std::vector<MoveCount> mc(k); seg->advance(k,mc); for(auto&x:mc){got+=x.moves;gotlast=x.moves;} done+=k; }
      PackedRoad out(*seg,0,n);
      ASSERT_EQ(out, closed) << v->name << " n " << n << " T " << T << " threads " << threads << " depth " << depth;
      ASSERT_EQ(got,total)<< v->name << " n " << n << " T " << T << " threads " << threads << " depth " << depth; ASSERT_EQ(gotlast,last);
    }
  }
}
}
